"""A campaign before it runs: what would be tried on which agent, and about what it would cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, comb
from typing import TYPE_CHECKING

from agentprobe.lab.chaos.found import Hunted
from agentprobe.lab.chaos.settings import ChaosSettings
from agentprobe.lab.chaos.subject import Subject

if TYPE_CHECKING:
    from agentprobe.lab.chaos.run import Chaos

ROWS_BEYOND = 1.6
"""A greedy cover of pairs takes about so many times the rows that would do if none overlapped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedHunt:
    """One agent on one task."""

    agent: str
    task: str
    strikes: tuple[str, ...]
    families: tuple[tuple[str, int], ...]
    singles: int
    """Runs with one fault."""
    rows: int
    """Runs with several, about."""
    tokens: float
    dollars: float | None
    seconds: float
    """On the run's own clock."""
    unsteady: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """All hunts of a campaign, and its limits."""

    hunts: tuple[PlannedHunt, ...]
    settings: ChaosSettings
    virtual: bool

    @property
    def runs(self) -> int:
        """About how many runs it would take without a budget."""
        return sum(hunt.singles + hunt.rows for hunt in self.hunts)


def planned(chaos: Chaos, subjects: Sequence[Subject | Hunted]) -> Planned:
    """The plan for these subjects."""
    known = [one for one in subjects if isinstance(one, Subject)]
    return Planned(
        hunts=tuple(_hunt(chaos, one) for one in subjects),
        settings=chaos.settings,
        virtual=bool(known) and all(one.deterministic for one in known),
    )


def _hunt(chaos: Chaos, subject: Subject | Hunted) -> PlannedHunt:
    if isinstance(subject, Hunted):
        return PlannedHunt(
            agent=subject.agent,
            task=subject.task,
            strikes=(),
            families=(),
            singles=0,
            rows=0,
            tokens=0,
            dollars=None,
            seconds=0,
            unsteady=subject.unsteady,
        )
    strikes, settings, usual = chaos.strikes(subject), chaos.settings, subject.usual
    singles = len(strikes) * settings.repetitions
    rows = _rows(len(strikes), settings)
    runs = singles + rows
    return PlannedHunt(
        agent=subject.agent,
        task=subject.task,
        strikes=tuple(map(str, strikes)),
        families=_families(one.fault.family.value for one in strikes),
        singles=singles,
        rows=rows,
        tokens=runs * usual.tokens,
        dollars=runs * usual.money if usual.money is not None else None,
        seconds=runs * usual.seconds,
    )


def _families(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(names).most_common())


def _rows(strikes: int, settings: ChaosSettings) -> int:
    """About how many rows cover every combination of the wanted strength."""
    strength, together = settings.strength, min(settings.together, strikes)
    if strength < 2 or strikes < strength or together < strength:
        return 0
    return ceil(ROWS_BEYOND * comb(strikes, strength) / comb(together, strength))
