"""The plan of a snapshot on disk: written from guesses, brought up to date, shown for confirmation."""

from __future__ import annotations

import re
from pathlib import Path

import click
from rich.console import Console

from agentprobe.basis.files import write_whole
from agentprobe.cli.steps import Steps
from agentprobe.report import terminal_plan
from agentprobe.worlds.guess import guesses
from agentprobe.worlds.plan import Plan, read_plan
from agentprobe.worlds.plan_text import written
from agentprobe.worlds.planning import first_plan, gone, planned_again
from agentprobe.worlds.source import Source
from agentprobe.worlds.sources import open_source

MOST_REMARKS = 10
PAUSED = 75
"""The exit code of what waits for a person."""


def plan_of(where: str, path: Path, console: Console, *, name: str | None = None) -> Plan:
    """Write the plan of a source, or bring the one that is there up to date, and show it."""
    source = open_source(where)
    old = read_plan(path) if path.exists() else None
    with Steps(Console(stderr=True)) as steps, source.reading() as reading:
        found = guesses(reading, steps)
        if old is None:
            said = name or named(source.shown)
            plan = first_plan(said, kept_address(where, source), reading.as_of, reading.schema, found)
        else:
            plan = planned_again(old, reading.as_of, reading.schema, found)
        left = gone(old, reading.schema) if old is not None else ()
        remarks: tuple[str, ...] = getattr(reading, "remarks", ())  # files tell what could not be read well
    for remark in remarks[:MOST_REMARKS]:
        click.echo(f"agentprobe: {remark}", err=True)
    if len(remarks) > MOST_REMARKS:
        click.echo(f"agentprobe: and {len(remarks) - MOST_REMARKS:,} more remarks of this kind", err=True)
    write_whole(path, written(plan, found, gone=left, old=old))
    console.print(terminal_plan.shown(plan, found, path))
    return plan


def kept_address(where: str, source: Source) -> str:
    """The address as a plan may keep it: a variable's name or a path as it was said, never a password."""
    return where if where.startswith("env:") or "://" not in where else source.shown


def named(shown: str) -> str:
    """A world's name made of a source's address: the database, the file or the folder."""
    last = re.split(r"[?#]", shown)[0].rstrip("/").rpartition("/")[2]
    return re.sub(r"[^\w.-]+", "-", Path(last).stem).strip("-.") or "world"
