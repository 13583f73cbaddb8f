"""`agentprobe world retire`: a world that no longer counts."""

from __future__ import annotations

from pathlib import Path

import click

from agentprobe.basis.clock import RealClock
from agentprobe.worlds.upkeep.retire import retire


@click.command("retire")
@click.argument("world", type=click.Path(path_type=Path))
@click.option("--because", "why", required=True, metavar="WORDS", help="Why; kept in the manifest.")
def command(world: Path, why: str) -> None:
    """Take WORLD out of use: what was observed in it no longer counts in a verdict."""
    manifest = retire(world, why, now=RealClock().date().isoformat(timespec="seconds"))
    click.echo(f"{manifest.name} is retired: {manifest.retired}")
