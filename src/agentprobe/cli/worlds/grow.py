"""`agentprobe world grow`: from a shape to any number of rows, nested, by a seed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click
from rich.console import Console

from agentprobe.cli.steps import Steps
from agentprobe.errors import ConfigError, FixtureError
from agentprobe.report import terminal_worlds
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.planting.ambiguity import AMBIGUITIES
from agentprobe.worlds.planting.plant import plant
from agentprobe.worlds.shapes import found
from agentprobe.worlds.tasks.making import make_tasks

ALL, NONE = "all", "none"


@click.command("grow")
@click.argument("shape")
@click.option(
    "--rows", "sizes", multiple=True, required=True, type=click.IntRange(1, 10_000_000), metavar="N"
)
@click.option("--seed", default=0, show_default=True, help="Decides all chance.")
@click.option(
    "--to", "target", type=click.Path(path_type=Path), metavar="FOLDER", help="Default: worlds/SHAPE-N."
)
@click.option(
    "--ambiguity",
    "wanted",
    default=ALL,
    show_default=True,
    metavar="NAMES",
    help="What is planted: names with commas, `all` that fits, or `none`.",
)
@click.option(
    "--candidates", default=3, show_default=True, type=click.IntRange(1), help="Look-alikes of each target."
)
@click.option("--runner", default="local", show_default=True, type=click.Choice(["local", "ray"]))
@click.option("--workers", default=0, type=click.IntRange(0), metavar="N", help="Processes; default: cores.")
def command(
    shape: str,
    sizes: tuple[int, ...],
    seed: int,
    target: Path | None,
    wanted: str,
    candidates: int,
    runner: str,
    workers: int,
) -> None:
    """Grow worlds from SHAPE: a built-in one, a shape.json, or the folder of a snapshot.

    The same seed grows the same rows, and a small world is contained in a large one, with the same people
    at its heart: from one to the next only density changes. `--rows` can be said several times.
    """
    console, from_shape = Console(), found(shape, Path())
    if target is not None and len(sizes) > 1:
        raise ConfigError("--to names one folder and there are several --rows; leave --to out")
    names = () if wanted in (ALL, NONE) else tuple(name.strip() for name in wanted.split(","))
    for name in names:
        AMBIGUITIES.get(name, "--ambiguity")
    for rows in sizes:
        place = target or Path("worlds") / f"{Path(shape).stem}-{rows}"
        if place.exists():
            raise ConfigError(f"there is something at {place} already; name another folder with --to")
        with Steps(Console(stderr=True)) as steps:
            grow(from_shape, rows, seed, place, progress=steps, runner=runner, workers=workers)
            planted = () if wanted == NONE else plant(WorldFolder(place), names, seed=seed, k=candidates)
            with suppress(FixtureError):  # a shape without people, cases or documents has nothing to ask for
                make_tasks(WorldFolder(place), seed=seed)
        console.print(terminal_worlds.made(WorldFolder(place), planted), soft_wrap=True)
