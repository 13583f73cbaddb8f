"""The tables of a folder, whatever holds them, so that questions can be looked up in them by SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from agentprobe.errors import ConfigError, FixtureError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.guess import guessed
from agentprobe.worlds.manifest import NAME as MANIFEST
from agentprobe.worlds.schema import Schema, Table
from agentprobe.worlds.source import Reading
from agentprobe.worlds.sources import open_source
from agentprobe.worlds.tasks.truth import quoted

_OTHER_FORMS = (".json", ".ics", ".faiss", ".npy", ".md", ".txt", ".html", ".log", ".lock")
"""Endings of files that hold no table to look names up in."""


class Data:
    """All tables of a world under SQL, with what their columns mean."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self._database = duckdb.connect(":memory:")
        self._database.execute("SET TimeZone = 'UTC'")

    def add(self, reading: Reading, *, known: bool) -> None:
        """Take the tables of a reading; `known` says that its columns' meanings are told already."""
        schema = reading.schema if known else guessed(reading)
        for table in schema.tables:
            if isinstance(reading, WorldFolder):
                files = [str(path) for path in reading.files(table.name)]
                if not files:
                    continue
                self._database.read_parquet(files).create_view(table.name, replace=True)
            else:
                self._copy(reading, table)
            self.tables[table.name] = table

    def _copy(self, reading: Reading, table: Table) -> None:
        """Take a table's rows batch by batch: many sources can be read in one thread only."""
        empty = schema_of(table).empty_table()
        self._database.register("incoming", empty)
        self._database.execute(f"CREATE OR REPLACE TABLE {quoted(table.name)} AS SELECT * FROM incoming")
        for batch in reading.batches(table.name):
            self._database.register("incoming", pa.Table.from_batches([batch]))
            self._database.execute(f"INSERT INTO {quoted(table.name)} SELECT * FROM incoming")
        self._database.unregister("incoming")

    @property
    def schema(self) -> Schema:
        """What the tables look like."""
        return Schema(tables=tuple(self.tables.values()))

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self._database.execute(sql, list(values)).fetchall()

    def close(self) -> None:
        """Let everything go."""
        self._database.close()


@contextmanager
def data_of(world: Path | Reading) -> Iterator[Data]:
    """The tables of a reading, of a world's folder, or of whatever files a folder holds.

    Raises FixtureError where there is no table at all.
    """
    data = Data()
    try:
        if not isinstance(world, Path):
            data.add(world, known=isinstance(world, WorldFolder))
        elif (world / MANIFEST).is_file():
            data.add(WorldFolder(world), known=True)
        else:
            _files(world, data)
        if not data.tables:
            raise FixtureError(f"{world} holds no table that questions could be looked up in")
        yield data
    finally:
        data.close()


def _files(folder: Path, data: Data) -> None:
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith(".") or path.suffix.lower() in _OTHER_FORMS:
            continue
        with ExitStack() as stack:
            try:
                reading = stack.enter_context(open_source(str(path)).reading())
            except ConfigError:  # a file of another kind, which the world may well hold
                continue
            data.add(reading, known=False)
