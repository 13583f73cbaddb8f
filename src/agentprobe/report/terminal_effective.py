"""Effective behaviour as it is read in a terminal: the table of calls, and what a change of locks changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agentprobe.report.trace_words import plain
from agentprobe.scan.effective.lock_diff import Changed
from agentprobe.scan.effective.table import Cell, Row


def draw_effective(rows: Sequence[Row], *, sources: bool = True) -> RenderableType:
    """Each call with what holds for it, one value a line, and where each comes from."""
    if not rows:
        return Text("No call of a model was found.")
    note = Text(
        "? = it cannot be said without running; bold = the project says it; the rest are defaults.", "dim"
    )
    return Group(*(part for row in rows for part in _row(row, sources=sources)), note)


def _row(row: Row, *, sources: bool) -> Iterator[RenderableType]:
    head = Text(plain(f"{row.place.path}:{row.place.line}"), style="blue")
    head.append(f"  {plain(row.call)}", style="bold default")
    if row.made_only:
        head.append("  made here, its calls were not found", style="dim")
    yield head
    table = Table.grid(padding=(0, 2))
    for _ in range(3 if sources else 2):
        table.add_column(overflow="fold")
    named = {"model": row.model, "temperature": row.temperature, "cap": row.cap, "timeout": row.timeout}
    named |= {"attempts": row.attempts, "steps": row.steps, "worst case": row.worst}
    for name, cell in named.items():
        value = Text(plain(cell.text), style="bold" if cell.given else "")
        if cell.others:
            value.append(f" or {plain(', '.join(cell.others[:3]))}")
        origin = Text(plain(_from(cell, row.place.path)), style="dim")
        table.add_row(f"  {name}", value, *([origin] if sources else []))
    yield table
    yield Text()


def _from(cell: Cell, path: str) -> str:
    """Where a value comes from: "line 46" of the same file, "settings.py:12", "default of openai 2.54.0"."""
    if cell.place is None or not cell.given:
        return cell.source
    name = cell.place.path.rpartition("/")[2]
    where = f"line {cell.place.line}" if cell.place.path == path else f"{name}:{cell.place.line}"
    return where if cell.source.startswith("`") else f"{cell.source} ({where})"


def effective_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The table as plain data."""
    return [msgspec.to_builtins(row) for row in rows]


def draw_lock_diff(changed: Sequence[Changed]) -> RenderableType:
    """What a change of lock files changes; what grows looser stands out."""
    if not changed:
        return Text("No package of models or agents differs.")
    lines = []
    for one in changed:
        line = Text(f"{one.package} ", style="bold")
        line.append(f"{one.old or 'not there'} -> {one.new or 'gone'}")
        for at, default in enumerate(one.defaults):
            line.append(": " if at == 0 else "; ")
            line.append(default.words, style="red" if default.hazard else "yellow")
        lines.append(line)
    quiet = sum(not one.defaults for one in changed)
    if quiet:
        lines.append(Text(f"{quiet} without a change of a default that is known here", style="dim"))
    return Group(*lines)


def lock_diff_json(changed: Sequence[Changed]) -> list[dict[str, Any]]:
    """What a change of lock files changes, as plain data."""
    return [msgspec.to_builtins(one) for one in changed]
