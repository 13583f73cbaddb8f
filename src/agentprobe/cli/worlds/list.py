"""`agentprobe world list`: the worlds there are, how old they are, and whether they still count."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from agentprobe.basis.clock import RealClock
from agentprobe.report import terminal_worlds
from agentprobe.worlds.upkeep.retire import worlds_in


@click.command("list")
@click.argument("folder", default="worlds", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """List the worlds in FOLDER."""
    now = RealClock().date().isoformat(timespec="seconds")
    Console().print(terminal_worlds.listing(tuple(worlds_in(folder)), now, folder))
