"""Rows made anew from the shape of production's: none of them is anybody's."""

from __future__ import annotations

import shutil
from pathlib import Path

from agentprobe.worlds.fidelity import Measured, catalogue_for, compare, measure
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.keys import Key
from agentprobe.worlds.manifest import NAME, REGENERATED, Manifest
from agentprobe.worlds.plan import Plan
from agentprobe.worlds.planned import Planned
from agentprobe.worlds.progress import Progress
from agentprobe.worlds.proof import SEED
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.shape import Shape, profile
from agentprobe.worlds.source import Reading

TRIES = 4
"""So many worlds are made of other words and other chances before the best of them is taken."""
_LOOKED_AT = 50_000
"""So many rows of a table say whether a world asks what its source asks, before all are measured."""


def regenerated(
    reading: Reading, plan: Plan, schema: Schema, key: Key, folder: Path, progress: Progress
) -> Manifest:
    """Take the shape of a source and grow as many rows as it has; gives the manifest of what was grown.

    Which words and rows chance makes decides how near a world comes to its source: the first one is taken
    that keeps every bound, or of some the one that misses fewest.
    """
    seen = Planned(reading, schema)
    asked = measure(seen, catalogue_for(schema), seed=SEED, most=_most(schema), progress=progress)
    best: tuple[int, Path, Manifest] | None = None
    shape: Shape | None = None
    for number in range(TRIES):
        secret = Key(key.sub("shape", str(number)) if number else key.sub("shape"))
        shape = profile(seen, schema, progress=progress, key=secret, like=shape)
        seed = int.from_bytes(key.sub("grow", *([str(number)] if number else []))[:4], "big")
        inner = folder / f"grown-{number}"
        manifest = grow(shape, None, seed, inner, name=plan.name, kind=REGENERATED, progress=progress)
        missed = _missed(asked, WorldFolder(inner), plan, progress)
        if best is None or missed < best[0]:
            if best is not None:
                shutil.rmtree(best[1])
            best = (missed, inner, manifest)
        else:
            shutil.rmtree(inner)
        if not missed:
            break
    assert best is not None
    for path in best[1].iterdir():
        if path.name != NAME:
            path.rename(folder / path.name)
    shutil.rmtree(best[1])
    return best[2]


def _most(schema: Schema) -> dict[str, int]:
    return dict.fromkeys(schema.names, _LOOKED_AT)


def _missed(asked: Measured, world: WorldFolder, plan: Plan, progress: Progress) -> int:
    """How many bounds a world misses."""
    queries = catalogue_for(world.schema)
    there = measure(world, queries, seed=SEED, most=_most(world.schema), progress=progress)
    return len(compare(asked, there, plan.bounds).failed)
