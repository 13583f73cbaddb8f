"""The fault clock_skew: the clock behind a tool is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from msgspec import Meta

from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._times import moved, on_by
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class ClockSkew(Reshaping):
    """The clock behind a tool is wrong.

    What happens: every time in the result is off by `seconds`: dates and times in ISO 8601 and as in mails,
    seconds and milliseconds since 1970 in fields that are named for a time, and Python's own. A date without
    a time moves where the skew is half a day or more. A result without times stays as it is.
    Seen in the wild: machines whose time service has stopped, containers restored from an image, two
    services of which one says what happened after the other before it did.
    A sound agent: takes the order of events from numbers and versions, compares times only of one clock, and
    wonders at what lies in the future.
    """

    family: ClassVar[Family] = Family.CLOCK
    remedy: ClassVar[str] = "Order events by versions or sequence numbers, and allow for skew in every limit."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.FRESHNESS, Mend.VERIFICATION)

    seconds: Annotated[float, Meta(ge=-3_200_000_000, le=3_200_000_000)] = 300.0
    """By how much the clock is ahead; below 0, behind."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(seconds=-300.0)

    @property
    def did(self) -> str:
        return f"the times are off by {self.seconds:+g} s"

    def changed(self, value: Any) -> Any:
        return moved(value, on_by(self.seconds))
