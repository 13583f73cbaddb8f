"""`agentprobe world drift`: a world held against production as it is now."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console

from agentprobe.basis.clock import RealClock
from agentprobe.basis.files import write_whole
from agentprobe.cli.steps import Steps
from agentprobe.errors import ConfigError
from agentprobe.report import terminal_worlds
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.sources import open_source
from agentprobe.worlds.upkeep.drift import drift


@click.command("drift")
@click.argument("world", type=click.Path(path_type=Path))
@click.argument("source", required=False)
@click.option("--json", "data", type=click.Path(path_type=Path), help="Write what moved as JSON too.")
def command(world: Path, source: str | None, data: Path | None) -> int:
    """Say how far production has moved since WORLD was made of it.

    SOURCE is where production is; left out, where WORLD says it came from. Each comparison is noted beside
    the world, so that the next one can say since when. Exit code: 0 nothing is beyond its bound, 1 the world
    no longer shows production, 3 too little could be seen.
    """
    there = WorldFolder(world)
    where = source or str(there.manifest.derived.get("source", ""))
    if not where:
        raise ConfigError(f"{world} does not say where it came from; name the source")
    with Steps(Console(stderr=True)) as steps, open_source(where).reading() as reading:
        found = drift(there, reading, now=RealClock().date().isoformat(timespec="seconds"), progress=steps)
    Console().print(terminal_worlds.drifted(found, world))
    if data is not None:
        write_whole(data, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    if found.stale:
        return 1
    return 0 if found.moved else 3
