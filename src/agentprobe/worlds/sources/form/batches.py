"""Batches as a reading gives them: of the columns asked for, never too large, no more rows than wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.schema import Schema, Table
from agentprobe.worlds.source import BATCH_ROWS


def picked(table: Table, columns: Sequence[str]) -> list[str]:
    """The names asked for, or all; raises ConfigError for a column that is not there."""
    return [table.column(name).name for name in columns] or [column.name for column in table.columns]


def limited(batches: Iterable[pa.RecordBatch], most: int | None) -> Iterator[pa.RecordBatch]:
    """Batches of at most `BATCH_ROWS`, and together at most `most` rows."""
    left = most
    if left is not None and left <= 0:
        return
    for batch in batches:
        for start in range(0, batch.num_rows, BATCH_ROWS):
            part = batch.slice(start, BATCH_ROWS)
            if left is not None and part.num_rows >= left:
                yield part.slice(0, left)
                return
            left = None if left is None else left - part.num_rows
            yield part


def gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of `BATCH_ROWS`, however small the batches are that come."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        waiting.append(batch)
        held += batch.num_rows
        while held >= BATCH_ROWS:
            whole = joined(waiting)
            yield whole.slice(0, BATCH_ROWS)
            waiting = [whole.slice(BATCH_ROWS)]
            held -= BATCH_ROWS
    if held:
        yield joined(waiting)


def joined(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """Several batches as one; counts of broken bytes are summed."""
    if len(batches) == 1:
        return batches[0]
    broken: dict[str, int] = {}
    for batch in batches:
        for field in batch.schema:
            count = int((field.metadata or {}).get(b"broken", 0))
            broken[field.name] = broken.get(field.name, 0) + count
    plain = [batch.replace_schema_metadata(None) for batch in batches]
    bare = pa.schema([field.remove_metadata() for field in plain[0].schema])
    whole: pa.RecordBatch = pa.concat_batches(  # type: ignore[attr-defined]  # the stubs lag behind
        [pa.RecordBatch.from_arrays(one.columns, schema=bare) for one in plain]
    )
    fields = [
        field.with_metadata({"broken": str(broken[field.name])}) if broken[field.name] else field
        for field in bare
    ]
    return pa.RecordBatch.from_arrays(whole.columns, schema=pa.schema(fields))


class Kept:
    """A reading of tables that are in memory, for sources that are small or read in one go."""

    def __init__(self, schema: Schema, tables: Mapping[str, pa.Table], as_of: str) -> None:
        self.schema = schema
        self.as_of = as_of
        self._tables = {
            table.name: tables[table.name].select(picked(table, ())).cast(schema_of(table))
            for table in schema.tables
        }

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return self._tables[self.schema.table(table).name].num_rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`."""
        names = picked(self.schema.table(table), columns)
        found = self._tables[table].select(names).combine_chunks()
        yield from limited(found.to_batches(BATCH_ROWS), most)
