"""`agentprobe world stand`: a world in a database that tools can connect to."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from agentprobe.cli.steps import Steps
from agentprobe.cli.worlds_where import told
from agentprobe.report import terminal_worlds
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.stand import stand
from agentprobe.worlds.stand.forms import FORMS


@click.command("stand")
@click.argument("world", type=click.Path(path_type=Path))
@click.option("--form", default="sqlite", show_default=True, type=click.Choice(FORMS.names()))
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), metavar="FOLDER")
@click.option(
    "--address", default="", metavar="URL", help="Of PostgreSQL; `env:NAME` for what a variable holds."
)
@click.option(
    "--write", "writes", multiple=True, metavar="TABLE", help="DuckDB: it can be written to; repeatable."
)
@click.option("--embed", default="", metavar="MODULE:FUNCTION", help="Your own embedding of texts.")
def command(world: Path, form: str, target: Path, address: str, writes: tuple[str, ...], embed: str) -> None:
    """Put WORLD into a database, with its vector index and its calendars beside.

    In `agentprobe run` this is done by itself; by hand it is for looking, and for tools of your own.
    """
    with Steps(Console(stderr=True)) as steps:
        standing = stand(
            WorldFolder(world),
            form,
            target,
            address=told(address, "--address"),
            progress=steps,
            embed=embed,
            writes=writes,
        )
    Console().print(terminal_worlds.stood(standing, target), soft_wrap=True)
