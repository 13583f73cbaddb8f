"""`agentprobe world refresh`: a world derived anew from where it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agentprobe.basis.clock import RealClock
from agentprobe.cli.worlds import snapshot
from agentprobe.errors import ConfigError
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.manifest import NAME
from agentprobe.worlds.upkeep.retire import retire


@click.command("refresh")
@click.argument("world", type=click.Path(path_type=Path))
@click.option("--accept", default="", metavar="WORDS", help="Why you take it although a report refuses it.")
@click.pass_context
def command(ctx: click.Context, world: Path, accept: str) -> int:
    """Make WORLD again from production as it is now, with the plan and the key that it was made with.

    The one before is retired and kept beside, as WORLD@DATE; where the new one is refused, nothing changes.
    """
    told: dict[str, Any] = WorldFolder(world).manifest.derived
    if not told.get("source") or not told.get("plan_file"):
        raise ConfigError(f"{world} does not say how it was made; make it with `agentprobe world snapshot`")
    now = RealClock().date().isoformat(timespec="seconds")
    before = world.with_name(f"{world.name}@{now.replace(':', '')[:17]}")
    world.rename(before)
    try:
        code = ctx.invoke(
            snapshot.command,
            source=str(told["source"]),
            path=Path(told["plan_file"]),
            target=world,
            mapped=told.get("kind") == "mapped",
            key_file=Path(told["key_file"]),
            accept=accept,
        )
    finally:
        if not (world / NAME).is_file():
            before.rename(world)
    if code == 0:
        retire(before, f"derived anew as {world.name}", now=now)
    return int(code)
