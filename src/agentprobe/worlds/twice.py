"""Two passes over a source: what has room in memory is read once, and stays as it was seen first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import pyarrow as pa

from agentprobe.errors import FixtureError
from agentprobe.worlds.schema import Table

HELD_BYTES = 2 << 30
"""The rows of so many bytes are held between the passes; those of ten million customers have room."""

Read = Callable[[Table], Iterator[pa.RecordBatch]]


class Twice:
    """Gives each table's batches a first and a second time, in the same order.

    A table that is held gives the same objects again, so that what was worked out of a batch in the first
    pass can be found in the second; it is let go batch by batch.
    """

    def __init__(self, read: Read, held_bytes: int = HELD_BYTES) -> None:
        self._read = read
        self._room = held_bytes
        self._held: dict[str, deque[pa.RecordBatch]] = {}
        self._rows: dict[str, int] = {}

    def first(self, table: Table) -> Iterator[pa.RecordBatch]:
        """The batches of a table, held as long as there is room for all."""
        held: deque[pa.RecordBatch] | None = deque()
        taken = rows = 0
        for batch in self._read(table):
            rows += batch.num_rows
            if held is not None:
                taken += batch.nbytes
                held.append(batch)
                if taken > self._room:
                    held = None
            yield batch
        self._rows[table.name] = rows
        if held is not None:
            self._held[table.name] = held
            self._room -= taken

    def second(self, table: Table) -> Iterator[pa.RecordBatch]:
        """The batches again; raises FixtureError at the end where they are not as many rows as before."""
        rows = 0
        held = self._held.pop(table.name, None)
        for batch in self._read(table) if held is None else _let_go(held):
            rows += batch.num_rows
            yield batch
        if rows != self._rows[table.name]:
            raise FixtureError(f"the table {table.name} changed while it was read; take the snapshot again")


def _let_go(held: deque[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    while held:
        yield held.popleft()
