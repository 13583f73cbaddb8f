"""Tables in memory that can be read as a source held still can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from agentprobe.worlds.schema import Schema


@dataclass(frozen=True)
class Held:
    """A reading of tables at hand."""

    schema: Schema
    tables: dict[str, pa.Table]
    as_of: str = "2026-11-01T00:00:00Z"
    at_once: int = 4096

    def rows(self, table: str) -> int:
        return self.tables[table].num_rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        held = self.tables[table]
        held = held.select(list(columns)) if columns else held
        yield from held.slice(0, most).to_batches(self.at_once)
