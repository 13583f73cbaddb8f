"""What a source's columns are taken for, as it is shown before a person confirms it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agentprobe.report.words import plain
from agentprobe.worlds.guess import Guess
from agentprobe.worlds.plan import Plan
from agentprobe.worlds.roles import Role

_UNSURE = 0.7
_COLOURS = {Role.DROPPED: "yellow", Role.SECRET: "red"}


def shown(plan: Plan, found: Iterable[Guess], path: Path) -> RenderableType:
    """Every column with its role, how sure the guess is and why, and what its values look like, masked."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("column", "role", "sure", "forms", "why"):
        table.add_column(name, justify="right" if name == "sure" else "left", overflow="fold")
    for one in found:
        told = plan.tables[one.table].columns.get(one.column)
        if told is None:
            continue
        role = told.role if not one.leaf else one.role
        where = f"{one.table}.{one.column}{f'.{one.leaf}' if one.leaf else ''}"
        sure = Text(f"{one.confidence:.0%}", style="yellow" if one.confidence < _UNSURE else "")
        style = _COLOURS.get(role, "")
        table.add_row(plain(where), Text(role, style=style), sure, plain(" ".join(one.forms)), one.reason)
    dropped = sum(c.role is Role.DROPPED for told in plan.tables.values() for c in told.columns.values())
    left = f"{dropped} columns of no known meaning are left out. " if dropped else ""
    said = f"\n{left}The plan is in {path}: look at it, change what is wrong, then: agentprobe world snapshot"
    return Group(table, Text(plain(said), style="bold"))
