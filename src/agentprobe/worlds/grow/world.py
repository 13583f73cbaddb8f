"""Grows a world: lays it out, has its parts made by whoever works, and seals it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError
from agentprobe.worlds.folder import parts_of
from agentprobe.worlds.grow.frames import MOST, evenly
from agentprobe.worlds.grow.runners import runner_named
from agentprobe.worlds.grow.runners.job import Job, Order, laid_out
from agentprobe.worlds.grow.tables import Growing
from agentprobe.worlds.grow.truth import write_truth
from agentprobe.worlds.grow.whole import grow_whole, whole_tables
from agentprobe.worlds.manifest import GROWN, Manifest, write_manifest
from agentprobe.worlds.progress import Progress, Quiet
from agentprobe.worlds.shape.model import Shape
from agentprobe.worlds.shape.store import write_shape
from agentprobe.worlds.source import BATCH_ROWS

PART_ROWS = BATCH_ROWS * 16
"""So many rows stand in one file: parts are made apart from each other."""


def grow(
    shape: Shape,
    rows: int | None,
    seed: int,
    target: Path,
    *,
    name: str = "",
    kind: str = GROWN,
    runner: str = "local",
    workers: int = 0,
    tables: Sequence[str] = (),
    progress: Progress | None = None,
) -> Manifest:
    """Grow a shape to any number of rows of its main table; None for as many as the shape was taken from.

    The same shape and seed give the same bytes with any runner and number of workers (0: one a processor),
    and fewer rows are the beginning of more. `tables` picks some, and those that they refer to. The target
    appears when it is whole. Raises ConfigError for wrong numbers and names, and where something stands in
    its place.
    """
    shape = _picked(shape, tables) if tables else shape
    if target.exists():
        raise ConfigError(f"{target} is there already; name a new folder for the world")
    if rows is not None and not 1 <= rows <= MOST:
        raise ConfigError(f"a world has 1 to {MOST:,} rows in its main table, not {rows:,}")
    wanted = (shape.table(shape.root).rows if shape.root else 0) if rows is None else rows
    order = Order(shape=shape, rows=wanted, seed=seed)
    world = laid_out(msgspec.json.encode(order))
    target.parent.mkdir(parents=True, exist_ok=True)
    hidden = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        counts = _made(world, order, hidden, runner, workers, progress or Quiet())
        write_shape(hidden / "shape.json", shape)
        manifest = Manifest(
            kind=kind,
            name=name or target.name,
            as_of=shape.as_of,
            made=RealClock().date().isoformat(timespec="seconds"),
            source=shape.source or f"shape {shape.name}",
            derived={"shape": shape.name, "rows": wanted, "seed": seed, "tables": list(tables)},
            schema=shape.schema,
            rows=counts,
            seed=seed,
            agentprobe=version("agentprobe-prod"),
            parts=parts_of(hidden),
        )
        write_manifest(hidden, manifest)
        hidden.rename(target)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    return manifest


def _made(
    world: Growing, order: Order, folder: Path, runner: str, workers: int, progress: Progress
) -> dict[str, int]:
    """Make every part; gives the rows of each table."""
    whole = whole_tables(world)
    counts = {name: frame.rows for name, frame in world.frames.items() if name not in whole}
    jobs = [
        Job(table=name, number=number, first=first, last=last)
        for name, rows in counts.items()
        for number, (first, last) in enumerate(evenly(rows, PART_ROWS))
    ]
    done, total = 0, sum(counts.values())
    for rows in runner_named(runner)(order, jobs, folder, workers):
        done += rows
        progress.step("growing rows", done, total)
    for name, rows in grow_whole(world, order.seed, folder):
        counts[name] = rows
        progress.step(f"growing {name}", rows, rows)
    for name in counts:
        if name not in whole:
            write_truth(folder, world.tables[name])
    return {name: counts[name] for name in world.tables}


def _picked(shape: Shape, names: Sequence[str]) -> Shape:
    """Some tables of a shape, and those without which their references lead nowhere."""
    wanted, waiting = set[str](), list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += [
                one.table for one in shape.table(name).table.references if one.table in shape.schema.names
            ]
    return msgspec.structs.replace(shape, tables=tuple(t for t in shape.tables if t.table.name in wanted))
