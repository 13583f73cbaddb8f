"""A comparison of two sets of runs, in a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agentprobe.lab.behaviour import Movement, SetDiff
from agentprobe.lab.statistics import Interval
from agentprobe.report.json_diff import VERSION, indented
from agentprobe.report.trace_words import clipped, counted


def draw_sets(found: SetDiff, *, every: bool = False) -> RenderableType:
    """What moved, and under it the rest; `every` also shows what every run of both sets did."""
    parts: list[RenderableType] = [Text(_sizes(found)), Text()]
    moved = found.moved
    parts.append(Text(verdict(found), "bold red" if moved else "bold green"))
    if moved:
        parts.append(_table(moved))
    others = [one for one in found.movements if not one.moved and (every or not _always(one))]
    if others:
        parts += [Text(), Text("Not to be told from luck:", "bold"), _table(others)]
    return Group(*parts)


def verdict(found: SetDiff) -> str:
    """The whole comparison in one sentence."""
    if found.moved:
        return f"{counted(len(found.moved), 'behaviour', 'behaviours')} moved."
    smallest = found.smallest_seen
    if smallest is None:
        return "No behaviour moved, and with so few runs none could be seen to: record more."
    return f"No behaviour moved; what went from never to {smallest:.0%} of the runs would have been seen."


def sets_json(found: SetDiff) -> bytes:
    """Every behaviour, moved or not."""
    said = {
        "agentprobe": "diff of sets",
        "version": VERSION,
        "same": not found.moved,
        "said": verdict(found),
        "runs": {"a": found.runs_a, "b": found.runs_b},
        "behaviours": [_movement(one) for one in found.movements],
    }
    return indented(said)


def _sizes(found: SetDiff) -> str:
    return f"A {counted(found.runs_a, 'run', 'runs')}, B {counted(found.runs_b, 'run', 'runs')}"


def _table(movements: Iterable[Movement]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("behaviour", overflow="fold")
    for name in ("A", "B", "B less A"):
        table.add_column(name, no_wrap=True)
    for one in movements:
        table.add_row(
            Text(f"{one.group}: {clipped(one.name, 60)}"),
            _share(one.a, one.runs_a, one.share_a),
            _share(one.b, one.runs_b, one.share_b),
            Text(f"{one.difference.low:+.0%} to {one.difference.high:+.0%}", "red" if one.moved else "dim"),
        )
    return table


def _share(times: int, runs: int, within: Interval) -> Text:
    share = Text(f"{times}/{runs}")
    return share.append(f" [{within.low:.0%}, {within.high:.0%}]", "dim")


def _always(one: Movement) -> bool:
    return (one.a, one.b) == (one.runs_a, one.runs_b)


def _movement(one: Movement) -> dict[str, object]:
    return {
        "group": one.group,
        "name": one.name,
        "a": {"times": one.a, "runs": one.runs_a, "low": one.share_a.low, "high": one.share_a.high},
        "b": {"times": one.b, "runs": one.runs_b, "low": one.share_b.low, "high": one.share_b.high},
        "difference": {
            "low": one.difference.low,
            "high": one.difference.high,
            "confidence": one.confidence,
        },
        "moved": one.moved,
    }
