"""One part of a world: some rows of one table, made into one file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec

from agentprobe.worlds.folder import TableWriter
from agentprobe.worlds.grow.tables import Growing
from agentprobe.worlds.shape.model import Shape


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What decides every row."""

    shape: Shape
    rows: int
    seed: int


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a table from `first` up to `last`, which make its part `number`."""

    table: str
    number: int
    first: int
    last: int


@lru_cache(maxsize=1)
def laid_out(order: bytes) -> Growing:
    """The world that an order in JSON asks for; a worker lays it out once."""
    asked = msgspec.json.decode(order, type=Order)
    return Growing(asked.shape, asked.rows, asked.seed)


def make(order: bytes, job: Job, folder: Path) -> int:
    """Make one part below a folder; gives the number of its rows."""
    world = laid_out(order)
    grower = world.tables[job.table]
    with TableWriter(folder, grower.table, part=f"{job.number:04d}") as writer:
        for batch in grower.batches(job.first, job.last):
            writer.add(batch)
        return writer.rows
