"""SQLite as a source: one read transaction holds it still."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.schema import Column, Schema
from agentprobe.worlds.source import BATCH_ROWS
from agentprobe.worlds.sources.form.address import Picks, parted
from agentprobe.worlds.sources.form.batches import picked
from agentprobe.worlds.sources.form.files import need_readable
from agentprobe.worlds.sources.form.naming import quoted
from agentprobe.worlds.sources.form.sqlite_tables import Relation, relations
from agentprobe.worlds.sources.form.text import as_text, field_of

_HEAD = b"SQLite format 3\0"
_ENDINGS = (".sqlite", ".sqlite3", ".db", ".db3")


@dataclass(frozen=True)
class Sqlite:
    """A SQLite database. Its file, or sqlite:///path.

    It may be written to meanwhile: in WAL mode writers go on, in other modes they wait until it is read.
    """

    path: Path
    picks: Picks
    name: ClassVar[str] = "sqlite"

    @classmethod
    def fits(cls, where: str) -> bool:
        if where.startswith("sqlite://"):
            return True
        path = Path(parted(where)[0])
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(16)
        return head == _HEAD or (not head and path.suffix in _ENDINGS)

    @classmethod
    def at(cls, where: str) -> Sqlite:
        bare, picks = parted(where)
        if bare.startswith("sqlite://"):
            bare = unquote(bare.partition("?")[0].removeprefix("sqlite://").removeprefix("/"))
        return cls(Path(bare), picks)

    @property
    def shown(self) -> str:
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[SqliteReading]:
        """The database as it is now, for as long as the context lasts; see `Source.reading`."""
        need_readable(self.path)
        address = f"file:{quote(str(self.path.absolute()))}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=30)) as connection:
                connection.text_factory = bytes
                connection.execute("PRAGMA query_only = 1")
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # only now it is held
                yield SqliteReading(self, connection)
                connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            raise ConfigError(f"{self.path} cannot be read as a SQLite database: {error}") from error


class SqliteReading:
    """A database as it was at one moment.

    Types are those of the values, since SQLite lets any value stand in any column: a column whose values are
    not all of its declared type is text. Dates are dates where all are written as SQLite's own functions
    write them; as numbers, or in any other way, they stay what they are.
    """

    def __init__(self, source: Sqlite, connection: sqlite3.Connection) -> None:
        self.as_of = RealClock().date().isoformat()
        self._connection = connection
        found = relations(connection, source.picks, source.shown)
        if not found:
            raise ConfigError(f"{source.path} holds no tables")
        self._relations: dict[str, Relation] = {one.table.name: one for one in found}
        self.schema = Schema(tables=tuple(one.table for one in found))

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return self._relations[self.schema.table(table).name].rows

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`."""
        names = picked(self.schema.table(table), columns)
        found = self._relations[table]
        wanted = [found.table.column(name) for name in names]
        sent = ", ".join(_sent(column) for column in wanted)
        query = f"SELECT {sent} FROM {quoted(table)}{found.order}"
        query += "" if most is None else f" LIMIT {max(int(most), 0)}"
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(BATCH_ROWS):
                yield _batch(rows, wanted)


def _sent(column: Column) -> str:
    name = quoted(column.name)
    return f"CAST({name} AS BLOB)" if column.kind == "text" else name


def _batch(rows: list[tuple[Any, ...]], columns: Sequence[Column]) -> pa.RecordBatch:
    fields, arrays = [], []
    for column, values in zip(columns, zip(*rows, strict=True), strict=True):
        array, broken = _typed(values, column)
        fields.append(field_of(column.name, array.type, broken))
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _typed(values: Sequence[Any], column: Column) -> tuple[pa.Array[Any], int]:
    to = type_of(column)
    if column.kind == "text":
        return as_text(pa.array(values, pa.binary()))
    if column.kind == "boolean":
        return pa.array(values, pa.int64()).cast(pa.bool_()), 0
    if column.kind == "decimal":
        numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        rounded = pa.array(np.round(numbers, column.size), from_pandas=True)
        return pc.round(rounded, column.size).cast(to, safe=False), 0
    if column.kind in ("date", "timestamp"):
        return pa.array(values, pa.binary()).cast(pa.string()).cast(to), 0
    return pa.array(values, to), 0
