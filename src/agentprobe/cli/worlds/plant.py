"""`agentprobe world plant`: ambiguity, put into a world that is there."""

from __future__ import annotations

import inspect
from contextlib import suppress
from pathlib import Path

import click
from rich.console import Console

from agentprobe.cli.steps import Steps
from agentprobe.errors import FixtureError
from agentprobe.report import terminal_worlds
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planting.ambiguity import AMBIGUITIES
from agentprobe.worlds.planting.plant import plant
from agentprobe.worlds.tasks.making import make_tasks


@click.command("plant")
@click.argument("world", type=click.Path(path_type=Path), required=False)
@click.argument("names", nargs=-1)
@click.option("--seed", default=0, show_default=True, help="Decides who is chosen.")
@click.option(
    "--candidates", default=3, show_default=True, type=click.IntRange(1), help="Look-alikes of each target."
)
@click.option(
    "--to", "target", type=click.Path(path_type=Path), help="Leave WORLD as it is; make another one."
)
@click.option("--list", "listing", is_flag=True, help="Name all ambiguities.")
@click.option("--show", metavar="NAME", help="Tell all about one.")
def command(
    world: Path | None,
    names: tuple[str, ...],
    seed: int,
    candidates: int,
    target: Path | None,
    listing: bool,
    show: str | None,
) -> None:
    """Plant ambiguity into WORLD: the NAMES, or all that its tables have room for.

    What was planted before is taken out first. Each brings tasks with their right answers, which
    `agentprobe world tasks WORLD` shows.
    """
    console = Console()
    if show is not None:
        click.echo(f"{show}\n\n{inspect.getdoc(AMBIGUITIES.get(show))}")
        return
    if listing or world is None:
        console.print(terminal_worlds.ambiguities(AMBIGUITIES))
        return
    with Steps(Console(stderr=True)) as steps:
        planted = plant(WorldFolder(world), names, seed=seed, k=candidates, target=target, progress=steps)
        with suppress(FixtureError):  # nothing to ask for
            make_tasks(WorldFolder(target or world), seed=seed)
    console.print(terminal_worlds.made(WorldFolder(target or world), planted), soft_wrap=True)
