"""`agentprobe world compare`: does one set of data ask the same questions as another?"""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from agentprobe.cli.steps import Steps
from agentprobe.report import terminal_world
from agentprobe.worlds.fidelity import catalogue_for, compare, measure
from agentprobe.worlds.fidelity.result import Measured, Query
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.guess import guessed
from agentprobe.worlds.manifest import NAME
from agentprobe.worlds.planned import Planned
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.sources import open_source
from agentprobe.worlds.upkeep.drift import still_there


@click.command("compare")
@click.argument("source")
@click.argument("other")
@click.option("--all", "every", is_flag=True, help="Show all figures, also those that are well.")
def command(source: str, other: str, every: bool) -> int:
    """Ask SOURCE and OTHER the same questions, and say how differently they answer.

    Both may be worlds, databases, files or folders, such as production and the fixtures of your tests. What
    columns mean is guessed, or read from a world. Exit code: 0 every figure holds its bound, 1 some do not, 3
    too little could be seen.
    """
    with Steps(Console(stderr=True)) as steps:
        schema = _schema(source, steps)
        queries = catalogue_for(schema)
        found = compare(
            _measured(source, schema, queries, steps), _measured(other, schema, queries, steps), any_size=True
        )
    Console().print(terminal_world.asking(found, every=every))
    if found.refused:
        return 1
    return 0 if found.holds else 3


def _schema(where: str, steps: Steps) -> Schema:
    if (Path(where) / NAME).is_file():
        return WorldFolder(Path(where)).schema
    with open_source(where).reading() as reading:
        return guessed(reading, steps)


def _measured(where: str, schema: Schema, queries: tuple[Query, ...], steps: Steps) -> Measured:
    if (Path(where) / NAME).is_file():
        world = WorldFolder(Path(where))
        return measure(Planned(world, still_there(schema, world.schema)), queries, progress=steps)
    with open_source(where).reading() as reading:
        return measure(Planned(reading, still_there(schema, reading.schema)), queries, progress=steps)
