"""A recorded outcome on its way to the agent once more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from agentprobe.domain.call import LEFT, Kind, Outcome
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.errors import CutOff, TimedOut
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.replay.errors import is_neutral, tool_error, world_failure
from agentprobe.trace.stand_ins import holds_stand_in

REPLAYED = "replay"
"""The mark of an answer that came out of a trace."""
_FIRST_RETRY, _FIRST_SERVER_ERROR = (408, 409, 429), 500
_WAITS = frozenset({"retry-after", "retry-after-ms"})
_HURRY: Headers = (("retry-after-ms", "1"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agent gets, after how many seconds when it is replayed at its own pace."""

    outcome: Outcome
    seconds: float = 0.0


def answer_of(call: TracedCall, *, pace: bool = False) -> Answer:
    """The recorded outcome as it was.

    Without `pace` nothing is waited for: chunks come at once, and a reply that asks for patience before the
    next attempt asks for a millisecond of it.
    """
    assert call.outcome is not None, "only calls with an outcome can be answered"
    marks = (*(mark for mark in call.marks if mark != LEFT), REPLAYED)
    error = _error(call)
    if call.kind is not Kind.MODEL:
        return Answer(Outcome(value=call.value, error=error, marks=marks), call.outcome.seconds)
    reply = _reply(call, broken=error is not None)
    if reply is None:
        return Answer(Outcome(error=error or CutOff(), marks=marks), call.outcome.seconds)
    first = reply.chunks[0].seconds if reply.chunks else call.outcome.seconds
    if not pace:
        return Answer(Outcome(value=_hurried(reply), error=error, marks=marks), first)
    return Answer(Outcome(value=reply.with_chunks(_paced(reply.chunks)), error=error, marks=marks), first)


def cannot(call: TracedCall) -> str:
    """Why a recorded call cannot be answered again at all; empty when it can."""
    if call.outcome is None:
        return "the recording broke off before its answer came"
    if call.outcome.body is not None and call.outcome.body.withheld is not None:
        return "its answer was not kept, because it could not be cleaned of secrets"
    return ""


def _error(call: TracedCall) -> BaseException | None:
    """What ended the answer; an agent that had left finds silence, or the answer's end where it left."""
    outcome = call.outcome
    assert outcome is not None
    if call.left:
        return TimedOut(outcome.seconds) if outcome.status is None else CutOff("the agent had left here")
    said = outcome.error
    if said is None:
        return None
    if call.kind is not Kind.MODEL:
        return tool_error(said, seconds=outcome.seconds)
    if outcome.status is not None and not is_neutral(said):  # the provider said it, in bytes that are there
        return None
    return world_failure(said, seconds=outcome.seconds, status=outcome.status)


def _reply(call: TracedCall, *, broken: bool) -> HttpReply | None:
    """The reply as it can be sent: uncompressed, and of the length it has here."""
    reply = call.reply
    if reply is None:
        return None
    kept = call.outcome.body if call.outcome is not None else None
    body, coded = reply.body, kept.coding if kept is not None else ""
    if not coded and not holds_stand_in(body):
        return reply
    headers = tuple((name, value) for name, value in reply.headers if name.lower() not in _OF_THE_BYTES)
    if not broken:
        headers = (*headers, ("content-length", str(len(body))))
    return replace(reply, headers=headers)


_OF_THE_BYTES = frozenset({"content-encoding", "content-length"})


def _hurried(reply: HttpReply) -> HttpReply:
    if reply.status not in _FIRST_RETRY and reply.status < _FIRST_SERVER_ERROR:
        return reply
    kept = tuple((name, value) for name, value in reply.headers if name.lower() not in _WAITS)
    return replace(reply, headers=(*kept, *_HURRY))


def _paced(chunks: tuple[Chunk, ...]) -> tuple[Chunk, ...]:
    """Chunks that wait for their time behind the one before."""
    waits = (max(later.seconds - earlier.seconds, 0.0) for earlier, later in pairwise(chunks))
    return (
        *chunks[:1],
        *(replace(chunk, pause=wait) for chunk, wait in zip(chunks[1:], waits, strict=True)),
    )
