"""The fault slow_chunks: each piece of the answer is late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Self

from msgspec import Meta

from agentprobe.chaos._replies import good_reply
from agentprobe.chaos._wire import patience_of, silent_after
from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.errors import TimedOut
from agentprobe.kernel.room import Passage

_PIECE = 256
"""Bytes that come together where a line carries only so many a second."""


@dataclass(frozen=True, kw_only=True)
class SlowChunks(Fault):
    """Each piece of the answer is late.

    What happens: the head comes when the whole answer is there, then each piece of it `seconds` after the
    last; with `bytes_per_second`, pieces of 256 bytes at that speed. A caller whose patience for one byte is
    shorter gives up in the middle.
    Seen in the wild: a model under load that writes a word a second, a thin line. No timeout for a byte ever
    runs out, so that a minute's answer takes an hour, and only a limit for the whole would help.
    A sound agent: has a deadline for a whole answer and for the run, and says what it waits for.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = (
        "Limit the time of a whole answer, since a read timeout starts anew with each byte."
    )
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DEADLINE,)

    seconds: Annotated[float, Meta(gt=0, le=3600)] = 2.0
    """How long each piece is late."""
    bytes_per_second: Annotated[int, Meta(ge=0, le=100_000_000)] = 0
    """How fast the line is; 0 to go by `seconds`."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return (cls(), cls(bytes_per_second=100))

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        reply = good_reply(outcome)
        if reply is None:
            return outcome
        slow, patience = tuple(self._slowed(reply.chunks)), patience_of(call)
        if patience is not None and any(chunk.pause >= patience for chunk in slow):
            return self._given_up(outcome, reply, slow, patience)
        took = sum(chunk.pause for chunk in slow)
        return self.answered(reply.with_chunks(slow), outcome, f"{len(slow)} pieces in {took:g} s")

    def _slowed(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        for chunk in chunks:
            if not self.bytes_per_second:
                yield replace(chunk, pause=self.seconds)
                continue
            for at in range(0, len(chunk.data), _PIECE):
                data = chunk.data[at : at + _PIECE]
                yield Chunk(data, chunk.seconds, len(data) / self.bytes_per_second)

    def _given_up(
        self, outcome: Outcome, reply: HttpReply, slow: tuple[Chunk, ...], patience: float
    ) -> Outcome:
        """What comes before the first piece that is later than the caller waits."""
        first_late = next(number for number, chunk in enumerate(slow) if chunk.pause >= patience)
        part = silent_after(reply.with_chunks(slow[:first_late]), patience)
        late = replace(outcome, value=part, error=TimedOut(patience))
        return self.struck(late, f"a piece was later than the caller's {patience:g} s")
