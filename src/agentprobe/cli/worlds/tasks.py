"""`agentprobe world tasks`: what can be asked in a world, with what is right there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pyarrow as pa
from rich.console import Console

from agentprobe.cli.traces_where import traces_in
from agentprobe.report import terminal_worlds
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.keys import Key
from agentprobe.worlds.sanitise.words import Words
from agentprobe.worlds.tasks.from_traces import from_traces
from agentprobe.worlds.tasks.making import make_tasks
from agentprobe.worlds.tasks.spec import TaskSpec, read_tasks


@click.command("tasks")
@click.argument("world", type=click.Path(path_type=Path))
@click.option("--make", is_flag=True, help="Make them anew, from the world's rows and what is planted there.")
@click.option("--family", "families", multiple=True, metavar="NAME", help="Only this family; repeatable.")
@click.option(
    "--near", default=0, type=click.IntRange(0), metavar="N", help="Leave out what fewer rows are near."
)
@click.option(
    "--traces", type=click.Path(path_type=Path), metavar="FOLDER", help="Make some of production's runs too."
)
@click.option("--seed", default=0, show_default=True, help="Decides who is asked about.")
def command(
    world: Path, make: bool, families: tuple[str, ...], near: int, traces: Path | None, seed: int
) -> None:
    """List the tasks of WORLD: how many rows fit and how many are near, and what the right outcome is.

    With `--traces` runs of production become tasks: what was asked and done there, of people of this world.
    Nothing personal of a trace is kept.
    """
    if make or families or near or traces:
        there = WorldFolder(world)
        more: tuple[TaskSpec, ...] = ()
        if traces is not None:
            more = from_traces(traces_in(traces), there, clean=_cleaning())
        found = make_tasks(there, families, seed=seed, candidates=near, more=more)
    else:
        found = read_tasks(world)
    Console().print(terminal_worlds.tasks(found))


def _cleaning() -> Callable[[str], str]:
    """Replaces every word of a text that is not one of everybody's."""
    words = Words()
    words.settle(Key.new())

    def clean(text: str) -> str:
        return str(words.cleaned(pa.array([text], pa.string()))[0].as_py())

    return clean
