"""What faults do to replies: read them through their dialect and cut them as a network would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agentprobe.dialects import Dialect, dialect_named
from agentprobe.domain.call import Call, Outcome
from agentprobe.domain.model import (
    Ended,
    Finished,
    ModelEvent,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolArguments,
    ToolCallBegun,
)
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.errors import WorldFailure

CONTENT = (TextDelta, ReasoningDelta, RefusalDelta, ToolCallBegun, ToolArguments)
"""The events that bring a part of what the model says."""
_BODY_HEADERS = ("content-type", "content-length", "content-encoding", "transfer-encoding")


def spoken_in(call: Call) -> Dialect | None:
    """The dialect of a call; None when it was made in none that is known."""
    return dialect_named(call.dialect) if call.dialect else None


def good_reply(outcome: Outcome) -> HttpReply | None:
    """The reply of a provider that says success and has a body; None for everything else."""
    reply = outcome.value
    if outcome.ok and isinstance(reply, HttpReply) and 200 <= reply.status < 300 and reply.body:
        return reply
    return None


def first_part(reply: HttpReply, dialect: Dialect | None, keep: float) -> HttpReply:
    """What comes of a reply before its connection closes; all of it where it is too short to cut.

    Of a stream these are whole frames, at least one with content if there is any, but never its end.
    """
    if dialect is None or not dialect.streams(reply):
        size = len(reply.body)
        return _cut_after(reply, min(max(int(size * keep), 1), size - 1)) if size > 1 else reply
    frames = dialect.frames(reply)
    first, last = _span(dialect, frames)
    count = min(max(round(keep * len(frames)), first + 1), last)
    return dialect.write_frames(reply, frames[:count]) if count else reply


def _span(dialect: Dialect, frames: Sequence[bytes]) -> tuple[int, int]:
    """Where the first frame with content stands, and the one in which the model says that it stops."""
    reader, first = dialect.reader(), None
    for number, frame in enumerate(frames):
        events = reader.feed(frame)
        if any(isinstance(event, (Finished, Ended)) for event in events):
            return (number if first is None else first), number
        if first is None and _has_content(events):
            first = number
    return (first or 0), len(frames) - 1


def _has_content(events: Sequence[ModelEvent]) -> bool:
    return any(isinstance(event, CONTENT) for event in events)


def _cut_after(reply: HttpReply, length: int) -> HttpReply:
    return reply.with_chunks(first_bytes(reply.chunks, length))


def first_bytes(chunks: Sequence[Chunk], length: int) -> Iterator[Chunk]:
    """The chunks up to so many bytes, the last one cut there."""
    for chunk in chunks:
        if length <= 0:
            return
        yield chunk if len(chunk.data) <= length else replace(chunk, data=chunk.data[:length])
        length -= len(chunk.data)


def sent_as(written: HttpReply, original: HttpReply) -> HttpReply:
    """A rewritten reply under the original's headers and in its timing."""
    kept = [pair for pair in original.headers if pair[0].lower() not in _BODY_HEADERS]
    own = [pair for pair in written.headers if pair[0].lower() in _BODY_HEADERS]
    times = [chunk.seconds for chunk in original.chunks] or [0.0]
    chunks = (
        replace(chunk, seconds=times[min(number, len(times) - 1)])
        for number, chunk in enumerate(written.chunks)
    )
    return replace(written, status=original.status, headers=(*kept, *own)).with_chunks(chunks)


def refused_with(failure: WorldFailure, call: Call) -> Outcome:
    """A failure as its provider says it, in bytes; the bare failure where no dialect is known."""
    dialect = spoken_in(call)
    reply = dialect.write_failure(failure) if dialect else None
    return Outcome(value=reply) if reply else Outcome(error=failure)
