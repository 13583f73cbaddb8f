"""`agentprobe world shape`: the statistics of a source, without a value of it."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from agentprobe.cli.planned import PAUSED, plan_of
from agentprobe.cli.steps import Steps
from agentprobe.errors import ConfigError
from agentprobe.worlds.plan import NAME, read_plan
from agentprobe.worlds.planned import Planned
from agentprobe.worlds.sanitise.left_out import without
from agentprobe.worlds.shape import profile, write_shape
from agentprobe.worlds.sources import open_source


@click.command("shape")
@click.argument("source")
@click.option("--plan", "path", default=NAME, show_default=True, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Take the guesses as they are, without a look at the plan.")
@click.option("--to", "target", default="shape.json", show_default=True, type=click.Path(path_type=Path))
@click.option(
    "--epsilon", type=click.FloatRange(0, min_open=True), help="Add noise to every count (Laplace, 1/E)."
)
def command(source: str, path: Path, yes: bool, target: Path, epsilon: float | None) -> int:
    """Take the shape of SOURCE: how values collide, how dirty they are, how rows belong together.

    No value that few rows have is in it, and of names, addresses and texts none at all: it may leave the
    production boundary, and `agentprobe world grow shape.json --rows N` grows worlds from it elsewhere. Exit
    code 75: a plan was written that waits for you.
    """
    if target.exists():
        raise ConfigError(f"there is something at {target} already; name another file with --to")
    console = Console()
    if not path.exists():
        plan = plan_of(source, path, console)
        if not yes:
            return PAUSED
    plan = read_plan(path)
    opened = open_source(source)
    with Steps(Console(stderr=True)) as steps, opened.reading() as reading:
        schema, _ = without(plan.applied(reading.schema))
        shape = profile(
            Planned(reading, schema),
            schema,
            progress=steps,
            epsilon=epsilon,
            name=plan.name,
            source=opened.shown,
        )
    write_shape(target, shape)
    size = target.stat().st_size
    console.print(f"{target}: {len(schema.tables)} tables, {size:,} bytes", markup=False, highlight=False)
    return 0
