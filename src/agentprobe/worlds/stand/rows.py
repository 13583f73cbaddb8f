"""A world's rows on their way into a database: in the order of their key, in the database's own words."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.source import BATCH_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

Spelling = Callable[[Column, str], str]
"""An expression in DuckDB's SQL for a column's value in the target, made of the column's quoted name."""


@contextmanager
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory to read Parquet with; what does not fit is put aside on disk."""
    with (
        tempfile.TemporaryDirectory(prefix="agentprobe-stand-") as aside,
        duckdb.connect(config={"temp_directory": aside, "autoinstall_known_extensions": "false"}) as found,
    ):
        found.execute("SET TimeZone = 'UTC'; SET memory_limit = '4GB'")
        yield found


def quoted(word: str) -> str:
    """A name in SQL."""
    return '"' + word.replace('"', '""') + '"'


def literal(word: str) -> str:
    """A text in SQL."""
    return "'" + word.replace("'", "''") + "'"


def parquet(files: Sequence[Path]) -> str:
    """The rows of Parquet files, as DuckDB reads them."""
    return f"read_parquet([{', '.join(literal(str(file)) for file in files)}])"


def ordered(
    connection: duckdb.DuckDBPyConnection, world: WorldFolder, table: Table, spelling: Spelling
) -> Iterator[pa.RecordBatch]:
    """All rows of a table in the order of its key; as they stand in the world where it has none."""
    files = world.files(table.name)
    if not files:
        return
    picked = ", ".join(
        f"{spelling(column, quoted(column.name))} AS {quoted(column.name)}" for column in table.columns
    )
    order = f" ORDER BY {', '.join(quoted(one) for one in table.key)}" if table.key else ""
    relation = connection.sql(f"SELECT {picked} FROM {parquet(files)} {order}")
    yield from relation.to_arrow_reader(BATCH_ROWS)


def as_text(column: Column, name: str) -> str:
    """Dates, times and zoned moments as ISO text in UTC, all others as they are."""
    if column.kind == "timestamp" and column.zoned:
        return f"(CAST(CAST({name} AS TIMESTAMP) AS VARCHAR) || '+00:00')"
    if column.kind in ("date", "timestamp", "time"):
        return f"CAST({name} AS VARCHAR)"
    return name
