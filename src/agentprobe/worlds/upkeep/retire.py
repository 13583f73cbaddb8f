"""Worlds taken out of use, and those that are: what there is, how old it is, and whether it still counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from agentprobe.errors import ConfigError
from agentprobe.worlds.manifest import NAME, Manifest, read_manifest, write_manifest


def retire(folder: Path, why: str, *, now: str) -> Manifest:
    """Take a world out of use: evidence observed in it no longer counts.

    Raises ConfigError without a reason, and for a world that was retired before.
    """
    if not why.strip():
        raise ConfigError("a world is retired for a reason; say it with --because")
    manifest = read_manifest(folder)
    if manifest.retired:
        raise ConfigError(f"{folder} was retired before: {manifest.retired}")
    told = msgspec.structs.replace(manifest, retired=f"{now} {' '.join(why.split())}")
    write_manifest(folder, told)
    return told


def state_of(manifest: Manifest, now: str) -> str:
    """`in use`, `stale` or `retired`."""
    if manifest.retired:
        return "retired"
    return "stale" if manifest.expires and manifest.expires <= now else "in use"


def worlds_in(folder: Path) -> Iterator[tuple[Path, Manifest]]:
    """Every world in a folder and its folders, in the order of their paths."""
    if (folder / NAME).is_file():
        yield folder, read_manifest(folder)
        return
    if folder.is_dir():
        for inner in sorted(one for one in folder.iterdir() if one.is_dir() and one.name[0] != "."):
            yield from worlds_in(inner)
