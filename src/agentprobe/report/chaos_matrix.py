"""The matrix of single faults as a page shows it: shares with their intervals, and harm on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from agentprobe.chaos.family import Family
from agentprobe.domain.reaction import HARMLESS, Reaction
from agentprobe.lab.chaos.found import Campaigned, Cell
from agentprobe.lab.statistics import wilson
from agentprobe.report.chaos_words import COLUMNS, title

_ORDER = {reaction: place for place, reaction in enumerate(Reaction)}
_FAMILIES = {family.value: place for place, family in enumerate(Family)}
_SHADES = {
    **dict.fromkeys(Reaction, "bad"),
    **dict.fromkeys(HARMLESS, "good"),
    Reaction.STRAYED: "fair",
    Reaction.UNTOUCHED: "unseen",
    Reaction.UNJUDGED: "unseen",
}


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many runs, and where the rate lies."""

    count: int
    of: int
    low: float
    high: float

    @classmethod
    def told(cls, count: int, of: int, confidence: float) -> Share:
        """With Wilson's interval at that confidence."""
        within = wilson(count, of, confidence)
        return cls(count, of, within.low, within.high)

    @property
    def value(self) -> float:
        """The rate; 0 where there were no runs."""
        return self.count / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.count:,} of {self.of:,}, {self.percent} {self.interval}"

    @property
    def percent(self) -> str:
        """The rate in per cent, to a tenth where there are enough runs for it to mean something."""
        return f"{_digits(self.value * 100, fine=self.of >= _MANY)} %"

    @property
    def interval(self) -> str:
        """Where the rate lies, in per cent."""
        fine = self.of >= _MANY
        return f"[{_digits(self.low * 100, fine=fine)}–{_digits(self.high * 100, fine=fine)}]"


_MANY = 100


def _digits(value: float, *, fine: bool) -> str:
    return f"{value:.1f}".removesuffix(".0") if fine else f"{value:.0f}"


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands in one column of a row."""

    column: str
    count: int
    named: tuple[tuple[str, int], ...]
    """The reactions one by one, where the column brings several together."""
    share: Share | None
    """Among the runs that say something; None for those that do not."""
    shade: str


@dataclass(frozen=True, slots=True)
class Row:
    """One single fault."""

    cell: Cell
    slots: tuple[Slot, ...]
    worst: Reaction

    @property
    def harmful(self) -> bool:
        """Did any of its runs do harm?"""
        return self.worst.tells and self.worst not in HARMLESS


@dataclass(frozen=True, slots=True)
class Block:
    """The faults of one family, those that did harm on top."""

    family: str
    rows: tuple[Row, ...]
    summed: Counter[Reaction]

    @property
    def harmful(self) -> int:
        """How many of the faults did harm."""
        return sum(row.harmful for row in self.rows)

    @property
    def telling(self) -> tuple[Row, ...]:
        """The faults of which at least one run says something."""
        return tuple(row for row in self.rows if row.cell.runs)

    @property
    def silent(self) -> tuple[Row, ...]:
        """Those of which none does."""
        return tuple(row for row in self.rows if not row.cell.runs)

    @property
    def told(self) -> list[tuple[Reaction, int]]:
        """How often it came to what, the most harmful first."""
        return sorted(((r, n) for r, n in self.summed.items() if n), key=lambda item: _ORDER[item[0]])


@dataclass(frozen=True, slots=True)
class Matrix:
    """All single faults of one agent."""

    agent: str
    blocks: tuple[Block, ...]


def matrices(found: Campaigned) -> tuple[Matrix, ...]:
    """One matrix an agent, in the order in which they were tried."""
    agents = dict.fromkeys(cell.agent for cell in found.cells)
    return tuple(Matrix(agent, tuple(_blocks(found, agent))) for agent in agents)


def _blocks(found: Campaigned, agent: str) -> Iterator[Block]:
    own = sorted((cell for cell in found.cells if cell.agent == agent), key=_family_of)
    for family, cells in groupby(own, key=lambda cell: cell.family):
        rows = sorted((_row(cell, found.confidence) for cell in cells), key=_harm)
        yield Block(family, tuple(rows), summed(row.cell for row in rows))


def _family_of(cell: Cell) -> tuple[int, str]:
    return _FAMILIES.get(cell.family, len(_FAMILIES)), cell.family


def _harm(row: Row) -> tuple[int, float, str]:
    runs = row.cell.runs
    return _ORDER[row.worst], -row.cell.counts.get(row.worst, 0) / max(runs, 1), row.cell.strike


def _row(cell: Cell, confidence: float) -> Row:
    slots = tuple(_slot(cell, column, reactions, confidence) for column, reactions in COLUMNS.items())
    seen = [reaction for reaction, times in cell.counts.items() if times]
    worst = min(seen, key=lambda reaction: _ORDER[reaction], default=Reaction.UNTOUCHED)
    return Row(cell, slots, worst)


def _slot(cell: Cell, column: str, reactions: Sequence[Reaction], confidence: float) -> Slot:
    named = [(reaction, cell.counts.get(reaction, 0)) for reaction in reactions]
    count = sum(times for _, times in named)
    tells = all(reaction.tells for reaction in reactions)
    return Slot(
        column=column,
        count=count,
        named=tuple((title(reaction), times) for reaction, times in named if times and len(reactions) > 1),
        share=Share.told(count, cell.runs, confidence) if tells and cell.runs else None,
        shade=_SHADES[reactions[0]] if count else "none",
    )


# -- over all faults ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """How often each agent made this of a single fault."""

    reaction: Reaction
    shade: str
    shares: tuple[Share | int, ...]
    """One an agent; a bare number for runs that say nothing and stand in no share."""


def rates(found: Campaigned) -> tuple[Rate, ...]:
    """Every reaction, the most harmful first."""
    counts = [summed(row.cell for block in one.blocks for row in block.rows) for one in matrices(found)]
    return tuple(
        Rate(reaction, _SHADES[reaction], tuple(_rate(own, reaction, found.confidence) for own in counts))
        for reaction in Reaction
    )


def _rate(counts: Mapping[Reaction, int], reaction: Reaction, confidence: float) -> Share | int:
    if not reaction.tells:
        return counts.get(reaction, 0)
    telling = sum(times for each, times in counts.items() if each.tells)
    return Share.told(counts.get(reaction, 0), telling, confidence)


def summed(cells: Iterable[Cell]) -> Counter[Reaction]:
    """How often all of these came to what."""
    total: Counter[Reaction] = Counter()
    for cell in cells:
        total.update(cell.counts)
    return total
