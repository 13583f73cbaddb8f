"""The report's two tables in a terminal; where it is too narrow for one, the same as lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agentprobe.lab.findings import Cell, Curve, Findings, Rate
from agentprobe.report import words

_HEAD = 11
"""An agent's name is folded to so many letters at the head of its column."""
_SEAM = "\N{ZERO WIDTH SPACE}"
_FIRST = 30
"""A schedule is folded to so many."""


@dataclass(frozen=True)
class _Either:
    """A table where it fits, and lines where it does not."""

    table: Table
    lines: Sequence[Text | Padding]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wide = options.update(width=10_000)
        if self.table.__rich_measure__(console, wide).maximum <= options.max_width:
            yield self.table
        else:
            yield from self.lines


def curves(findings: Findings) -> _Either:
    """Each agent's pass rate along the density axis."""
    table = _table()
    table.add_column("agent", no_wrap=True)
    for point in findings.curves[0].points:
        table.add_column(words.rows_of(point.rows), justify="right", no_wrap=True)
    table.add_column("proven to", justify="right", no_wrap=True)
    table.add_column("broken from", justify="right", no_wrap=True)
    lines: list[Text | Padding] = []
    for curve in findings.curves:
        rates = [_rate(point.rate) for point in curve.points]
        table.add_row(Text(curve.agent), *rates, *_ends(curve))
        seen = [(words.rows_of(point.rows), _rate(point.rate)) for point in curve.points]
        ends = zip(("proven to", "broken from"), map(Text, _ends(curve)), strict=True)
        lines += _as_lines(Text(curve.agent, style="bold"), [*seen, *ends])
    return _Either(table, lines)


def faults(findings: Findings) -> _Either:
    """Each agent's pass rate under each schedule."""
    table = _table()
    table.add_column("fault", no_wrap=True)
    for agent in findings.agents:
        table.add_column(_folded(agent, _HEAD, after="_-"), justify="right", no_wrap=True)
    cells = {(cell.schedule, cell.agent): cell for cell in findings.matrix if cell.rows is None}
    lines: list[Text | Padding] = []
    for schedule in dict.fromkeys(cell.schedule for cell in findings.matrix):
        shown = [_cell(cells.get((schedule, agent))) for agent in findings.agents]
        head = words.faults_of(schedule)
        table.add_row(Text(_folded(head, _FIRST, before="@")), *shown)
        lines += _as_lines(Text(head, style="bold"), zip(findings.agents, shown, strict=True))
    return _Either(table, lines)


def _table() -> Table:
    return Table(box=None, pad_edge=False, header_style="dim")


def _as_lines(head: Text, cells: Iterable[tuple[str, Text]]) -> Iterable[Text | Padding]:
    yield head
    for name, cell in cells:
        yield Padding(Text.assemble(f"{name}  ", Text("  ").join(cell.split("\n"))), (0, 0, 0, 2))


def _folded(text: str, width: int, *, after: str = "", before: str = "") -> str:
    """A text in short lines, broken at spaces and at these signs."""
    if len(text) <= width:
        return text
    for sign in after:
        text = text.replace(sign, f"{sign}{_SEAM}")
    for sign in before:
        text = text.replace(sign, f"{_SEAM}{sign}")
    lines = wrap(text.replace(_SEAM, f"{_SEAM} "), width, break_on_hyphens=False)
    return "\n".join(lines).replace(f"{_SEAM} ", "").replace(_SEAM, "")


def _ends(curve: Curve) -> list[str]:
    return [f"{rows:,}" if rows else "–" for rows in (curve.proven_to, curve.broken_from)]


def _rate(rate: Rate) -> Text:
    if not rate.runs:
        return Text("–", style="dim")
    return Text.assemble(words.percent(rate.value), (f"\n{words.interval(rate)}", "dim"))


def _cell(cell: Cell | None) -> Text:
    if cell is None:
        return Text("–", style="dim")
    shown = Text(words.percent(cell.rate.value)) if cell.rate.runs else Text("–", style="dim")
    if cell.rate.inconclusive:
        shown.append(f" ?{cell.rate.inconclusive}", style="dim")
    if cell.rate.runs:
        shown.append(f"\n{words.interval(cell.rate)}", style="dim")
    return shown
