"""The frames of a streamed answer, and the faults that disturb them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from agentprobe.chaos._replies import CONTENT, good_reply, spoken_in
from agentprobe.chaos.family import Family, Need
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import ModelEvent
from agentprobe.domain.wire import HttpReply
from agentprobe.kernel.room import Passage


class Streamed(NamedTuple):
    """A streamed answer, frame by frame."""

    dialect: Dialect
    reply: HttpReply
    frames: list[bytes]
    events: list[list[ModelEvent]]
    """By frame: what it says."""

    @property
    def spoken(self) -> list[int]:
        """The numbers of the frames that hold a part of the answer and can stand elsewhere.

        The first element of a JSON array cannot: the array begins with it.
        """
        return [
            at
            for at, (frame, events) in enumerate(zip(self.frames, self.events, strict=True))
            if any(isinstance(event, CONTENT) for event in events) and not frame.startswith(b"[")
        ]


def streamed(call: Call, outcome: Outcome) -> Streamed | None:
    """The answer to a model call frame by frame; None for an error and for what is not streamed."""
    reply, dialect = good_reply(outcome), spoken_in(call)
    if reply is None or dialect is None or not dialect.streams(reply):
        return None
    reader, frames = dialect.reader(), dialect.frames(reply)
    return Streamed(dialect, reply, frames, [reader.feed(frame) for frame in frames])


def nearest(places: Sequence[int], part: float) -> int | None:
    """The place at about this part of the way from the first to the last; None where there is none."""
    return places[round(part * (len(places) - 1))] if places else None


def object_in(frame: bytes) -> tuple[int, int] | None:
    """Where in a frame, of whatever form, its JSON object begins and ends; None where it has none."""
    start, end = frame.find(b"{"), frame.rfind(b"}")
    return (start, end + 1) if 0 <= start < end else None


class Disturbed(NamedTuple):
    """Other frames, and in a few words what is other about them."""

    frames: list[bytes]
    did: str


@dataclass(frozen=True, kw_only=True)
class ChangedFrames(Fault):
    """A fault of a stream's frames; an answer that is not streamed stays as it is."""

    family: ClassVar[Family] = Family.STREAM
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    needs: ClassVar[tuple[Need, ...]] = (Need.STREAM,)

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        stream = streamed(call, outcome)
        disturbed = self.disturb(stream) if stream is not None else None
        if stream is None or disturbed is None:
            return outcome
        reply = stream.dialect.write_frames(stream.reply, disturbed.frames)
        return self.answered(reply, outcome, disturbed.did)

    @abstractmethod
    def disturb(self, stream: Streamed) -> Disturbed | None:
        """The frames that come instead; None where nothing can be disturbed."""
