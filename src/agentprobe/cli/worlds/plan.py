"""`agentprobe world plan`: what a source's columns mean, guessed, for a person to confirm."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from agentprobe.cli.planned import PAUSED, plan_of
from agentprobe.worlds.plan import NAME


@click.command("plan")
@click.argument("source")
@click.option("--plan", "path", default=NAME, show_default=True, type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="The world's name; default: the source's.")
def command(source: str, path: Path, name: str | None) -> int:
    """Look at SOURCE, guess what its columns mean, and write the plan of a snapshot.

    SOURCE is postgresql://…, mysql://…, a SQLite or DuckDB file, CSV or Parquet, a folder of documents, an
    export of a vector index, or .ics files; `env:NAME` is what a variable holds. A plan that is there is
    brought up to date: what was changed by hand stays, what is new is dropped until you say what it is.
    Exit code 75: the plan waits for you.
    """
    plan_of(source, path, Console(), name=name)
    return PAUSED
