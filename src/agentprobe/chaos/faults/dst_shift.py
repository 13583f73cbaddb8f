"""The fault dst_shift: local times are read in the wrong half of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Self

from agentprobe.chaos._records import leaves_changed
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._times import clock_moved, moved_leaf
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend


@dataclass(frozen=True, kw_only=True)
class DstShift(Reshaping):
    """Local times are read in the wrong half of the year.

    What happens: every time that names no zone is off by an hour: dates with a time, and times of day such
    as `09:30` that stand alone in a field. Times that name their zone, and dates alone, stay.
    Seen in the wild: appointments on the days around a change of summer time, servers whose tables of zones
    are old, a local time that is stored without its zone and read in another one.
    A sound agent: asks for the zone or says which one it takes, and repeats a time with its zone before it
    books.
    """

    family: ClassVar[Family] = Family.CLOCK
    remedy: ClassVar[str] = "Let tools give times with their zone, and confirm a local time with it."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.DISAMBIGUATION, Mend.VERIFICATION)

    hours: Literal[1, -1] = 1
    """By how much local times are off."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return cls(), cls(hours=-1)

    @property
    def did(self) -> str:
        return f"local times are off by {self.hours:+d} h"

    def changed(self, value: Any) -> Any:
        return leaves_changed(value, self._shifted)

    def _shifted(self, name: str, value: Any) -> Any:
        alone = clock_moved(value, self.hours) if isinstance(value, str) else None
        return moved_leaf(name, value, self._local) if alone is None else alone

    def _local(self, then: datetime) -> datetime:
        return then + timedelta(hours=self.hours) if then.tzinfo is None else then
