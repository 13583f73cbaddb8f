"""A source as a plan sees it: only the tables and columns that it takes, with their roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from agentprobe.worlds.schema import Schema
from agentprobe.worlds.source import Reading


class Planned:
    """Shows a reading under another schema, whose tables and columns it has."""

    def __init__(self, reading: Reading, schema: Schema) -> None:
        self._reading = reading
        self._schema = schema
        self.as_of = reading.as_of

    @property
    def schema(self) -> Schema:
        """The tables taken, with roles."""
        return self._schema

    def rows(self, table: str) -> int | None:
        """How many rows a table has."""
        self._schema.table(table)
        return self._reading.rows(table)

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """A table's rows in the columns taken; see `Reading.batches`."""
        names = list(columns) or [column.name for column in self._schema.table(table).columns]
        return self._reading.batches(table, names, most=most)
