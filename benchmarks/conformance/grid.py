"""The matrix as it is shown: for every row and column, what came of the tool call and of the answer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from conformance.column import COLUMNS, Column
from conformance.facts import Found, Point
from conformance.judge import Verdict, judge
from conformance.kept import Kept
from conformance.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One point of one cell: what came of it, and what comes of it where the fault lasts."""

    first: Verdict
    lasting: Verdict | None = None
    found: tuple[Found, ...] = ()

    @property
    def sign(self) -> str:
        """As it stands in the table."""
        if self.lasting is None or self.lasting is self.first:
            return self.first.value.sign
        return f"{self.first.value.sign}→{self.lasting.value.sign}"


def _lists() -> dict[tuple[bool, str, str, Point], list[Found]]:
    return defaultdict(list)


@dataclass(frozen=True)
class Grid:
    """All that was found, by mode, row, column and point."""

    rows: Sequence[Row]
    columns: Sequence[Column]
    missing: dict[str, str]
    _by_place: dict[tuple[bool, str, str, Point], list[Found]] = field(default_factory=_lists)

    @classmethod
    def of(cls, rows: Sequence[Row], kept: Kept) -> Grid:
        """The grid of what is kept."""
        run = {found.cell.column for found in kept.all()}
        grid = cls(rows, [column for column in COLUMNS if column.name in run], kept.missing)
        for found in kept.all():
            cell = found.cell
            grid._by_place[cell.streamed, cell.row, cell.column, cell.point].append(found)
        return grid

    def shown(self, streamed: bool, row: Row, column: Column, point: Point) -> Shown | None:
        """One point of one cell; None where it was not run."""
        found = self._by_place.get((streamed, row.text, column.name, point))
        if not found:
            return None
        first = min(found, key=lambda each: each.cell.lasting)
        lasting = next((judge(each.facts) for each in found if each.cell.lasting and each is not first), None)
        return Shown(first=judge(first.facts), lasting=lasting, found=tuple(found))

    def speaking(self, streamed: bool) -> tuple[Row, ...]:
        """The rows in which anything was struck at all."""
        return tuple(row for row in self.rows if any(self.verdicts(streamed, row, c) for c in self.columns))

    def verdicts(self, streamed: bool, row: Row, column: Column) -> list[Verdict]:
        """What came of both points, where the fault did something."""
        shown = [self.shown(streamed, row, column, point) for point in Point]
        return [s.first for s in shown if s is not None and s.first is not Verdict.NOT_STRUCK]

    def counts(self, streamed: bool, column: Column) -> Counter[Verdict]:
        """How often each verdict stands in a column, faults that strike once and those that always last."""
        return Counter(
            shown.first
            for row in self.rows
            for point in Point
            if (shown := self.shown(streamed, row, column, point)) is not None
        )

    def found(self, *, wanted: Iterable[Verdict]) -> list[tuple[Verdict, Found]]:
        """Every run with one of these verdicts, in the order of rows and columns."""
        wanted = set(wanted)
        places = (
            self._by_place.get((streamed, row.text, column.name, point), ())
            for row in self.rows
            for column in self.columns
            for streamed in (False, True)
            for point in Point
        )
        return [(v, each) for place in places for each in place if (v := judge(each.facts)) in wanted]
