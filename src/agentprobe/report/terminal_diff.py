"""A comparison of two runs as it is read in a terminal: where they part, why, and what else differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agentprobe.report import diff_words as words
from agentprobe.report.trace_words import clipped, counted, plain
from agentprobe.trace.diff.compare import RunDiff
from agentprobe.trace.diff.explain import Why, explained
from agentprobe.trace.diff.pairs import Fate, Pair
from agentprobe.trace.diff.paths import Change

MOST_STEPS = 20
"""So many differing steps are listed, unless all are asked for."""
MOST_CHANGES = 12
"""So many places of one cause are written out."""
WIDTH = 60


def draw_diff(found: RunDiff, *, every: bool = False) -> RenderableType:
    """The whole comparison; `every` lists all steps that differ."""
    parts: list[RenderableType] = [_runs(found), Text()]
    parts.append(Text(words.verdict(found), "bold green" if found.same else "bold red"))
    if found.first is not None:
        parts += _first(found.first)
    if len(found.differing) > 1:
        parts += [Text(), _steps(found, every=every)]
    return Group(*parts, Text(), _totals(found))


def _runs(found: RunDiff) -> Table:
    table = _table()
    table.add_row("A", Text(words.about(found.a)))
    table.add_row("B", Text(words.about(found.b)))
    for change in found.conditions:
        table.add_row("set", _change(change))
    return table


def _first(pair: Pair) -> Iterator[RenderableType]:
    """The first difference in full: the cause, and what follows from it at the same step."""
    for number, why in enumerate(explained(pair)):
        head = Text("  why   " if number == 0 else "  also  ", "bold")
        head.append(why.cause.value, "bold red" if number == 0 else "yellow")
        if why.note:
            head.append(f": {plain(why.note)}")
        yield head
        yield from _particulars(why)


def _particulars(why: Why) -> Iterator[RenderableType]:
    for line in why.lines[: 2 * MOST_CHANGES]:
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
        yield _inside(Text(clipped(line, 2 * WIDTH), style))
    for change in why.changes[:MOST_CHANGES]:
        yield _inside(_change(change))
    more = max(len(why.lines) - 2 * MOST_CHANGES, 0) + max(len(why.changes) - MOST_CHANGES, 0)
    if more:
        yield _inside(Text(f"and {more:,} more; --json or --html has them", "dim"))


def _inside(text: Text) -> Padding:
    """Below a cause, also where the line is wrapped."""
    return Padding(text, (0, 0, 0, 8))


def _change(change: Change) -> Text:
    a, b = words.values(change, WIDTH)
    name = Text(f"{clipped(change.path, WIDTH)}  " if change.path else "", "cyan")
    return name.append(a, "red").append(" → ", "dim").append(b, "green")


def _steps(found: RunDiff, *, every: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("A", "B"):
        table.add_column(name, justify="right", style="dim")
    table.add_column("step")
    table.add_column("what differs", overflow="fold")
    shown = found.differing if every else found.differing[:MOST_STEPS]
    for pair in shown:
        numbers = (str(step.number) if step else "–" for step in (pair.a, pair.b))
        table.add_row(*numbers, Text(words.named(pair)), Text(words.causes(pair), _STYLES[pair.fate]))
    if len(shown) < len(found.differing):
        more = counted(len(found.differing) - len(shown), "more step", "more steps")
        table.add_row("", "", Text(f"{more}; --all lists them", "dim"), "")
    return table


_STYLES = {
    Fate.SAME: "",
    Fate.CHANGED: "yellow",
    Fate.MOVED: "magenta",
    Fate.ADDED: "green",
    Fate.REMOVED: "red",
}


def _totals(found: RunDiff) -> Table:
    table = _table()
    for name, text in _rows(found):
        table.add_row(name, text)
    return table


def _rows(found: RunDiff) -> Iterable[tuple[str, Text]]:
    yield "steps", Text(words.counts(found))
    yield "final answer", Text(words.hashes(found))
    for change in found.endings:
        yield "ending", _change(change)
    if found.slower:
        yield "timing", Text(f"{counted(len(found.slower), 'step', 'steps')} in another class of time", "dim")
    for side, trace in (("A", found.a), ("B", found.b)):
        for problem in trace.problems:
            yield f"problem in {side}", Text(plain(problem), "yellow")


def _table() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table
