"""The fault clock_jump: the clock behind a tool jumps between two calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from msgspec import Meta

from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._times import moved, on_by
from agentprobe.chaos.family import Family
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.kernel.room import Passage


@dataclass(frozen=True, kw_only=True)
class ClockJump(Reshaping):
    """The clock behind a tool jumps between two calls.

    What happens: the first `after` of the results that it is aimed at say the right time; in all later ones
    every time is off by `seconds`. Which times are found is told at `clock_skew`. A session with no call
    after the jump saw none.
    Seen in the wild: a virtual machine that goes on after a pause, a time service that corrects a clock in
    one step, a fail-over to a machine with another time.
    A sound agent: measures how long something took on one clock that only goes forward, and does not take
    what comes out negative, or a day long, for true.
    """

    family: ClassVar[Family] = Family.CLOCK
    remedy: ClassVar[str] = "Measure spans on a monotonic clock of one's own, not between two stamps."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.FRESHNESS, Mend.VERIFICATION)

    seconds: Annotated[float, Meta(ge=-3_200_000_000, le=3_200_000_000)] = -86_400.0
    """How far the clock jumps; below 0, back."""
    after: Annotated[int, Meta(ge=0, le=1000)] = 1
    """How many results still say the right time."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(seconds=86_400.0)

    @property
    def did(self) -> str:
        return f"the clock has jumped by {self.seconds:+g} s"

    def intercept(self, call: Call) -> Passage:
        if self._is_before():
            return (yield call)
        return (yield from super().intercept(call))

    def _is_before(self) -> bool:
        notes = self.occasion.notes
        with notes.lock:
            seen: int = notes.get("seen", 0)
            notes["seen"] = seen + 1
        return seen < self.after

    def changed(self, value: Any) -> Any:
        return moved(value, on_by(self.seconds))
