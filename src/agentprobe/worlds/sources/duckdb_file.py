"""A DuckDB file as a source: opened read-only, so that nobody can write to it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow as pa

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table
from agentprobe.worlds.source import BATCH_ROWS
from agentprobe.worlds.sources.form.address import Picks, parted
from agentprobe.worlds.sources.form.batches import limited, picked
from agentprobe.worlds.sources.form.files import Unchanged, need_readable
from agentprobe.worlds.sources.form.naming import names_of, quoted
from agentprobe.worlds.sources.form.unnested import kept_as

_TABLES = """
SELECT schema_name, table_name, false FROM duckdb_tables()
WHERE NOT internal AND NOT temporary AND database_name = current_database()
UNION ALL SELECT schema_name, view_name, true FROM duckdb_views()
WHERE NOT internal AND NOT temporary AND database_name = current_database()
ORDER BY 1, 2
"""
_COLUMNS = """
SELECT column_name, data_type, is_nullable FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index
"""
_CONSTRAINTS = """
SELECT constraint_type, constraint_column_names, referenced_table, referenced_column_names
FROM duckdb_constraints() WHERE database_name = current_database() AND schema_name = ? AND table_name = ?
ORDER BY constraint_index
"""


@dataclass(frozen=True)
class DuckdbFile:
    """A DuckDB database. Its file, or duckdb:///path."""

    path: Path
    picks: Picks
    name: ClassVar[str] = "duckdb_file"

    @classmethod
    def fits(cls, where: str) -> bool:
        if where.startswith("duckdb://"):
            return True
        path = Path(parted(where)[0])
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(12)[8:] == b"DUCK"

    @classmethod
    def at(cls, where: str) -> DuckdbFile:
        bare, picks = parted(where)
        return cls(Path(bare.removeprefix("duckdb://").removeprefix("/") if "://" in bare else bare), picks)

    @property
    def shown(self) -> str:
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[DuckdbReading]:
        """The database, held against writers for as long as the context lasts; see `Source.reading`."""
        need_readable(self.path)
        files = Unchanged([self.path])
        try:
            connection = duckdb.connect(str(self.path), read_only=True)
        except duckdb.Error as error:
            raise ConfigError(f"{self.path} cannot be opened as a DuckDB database: {_line(error)}") from error
        with closing(connection):
            connection.execute("SET enable_external_access = false")
            connection.execute("SET TimeZone = 'UTC'")
            yield DuckdbReading(self, connection)
        files.check()


class DuckdbReading:
    """A database as it is in its file; each look has a cursor of its own."""

    def __init__(self, source: DuckdbFile, connection: duckdb.DuckDBPyConnection) -> None:
        self.as_of = RealClock().date().isoformat()
        self._connection = connection
        rows = connection.execute(_TABLES).fetchall()
        source.picks.check([(space, own) for space, own, _ in rows], source.shown)
        found = [(space, own, view) for space, own, view in rows if source.picks.wants(space, own, view=view)]
        if not found:
            raise ConfigError(f"{source.path} holds no tables")
        named = names_of([(space, own) for space, own, _ in found], "main")
        self._own = {named[space, own]: (space, own, view) for space, own, view in found}
        self._wire: dict[tuple[str, str], str] = {}
        self.schema = Schema(tables=tuple(self._table(name, named) for name in self._own))

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        self.schema.table(table)
        row = self._connection.execute(f"SELECT count(*) FROM {self._sql(table)}").fetchone()
        return int(row[0]) if row else 0

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`."""
        names = picked(self.schema.table(table), columns)
        wanted = [self.schema.table(table).column(name) for name in names]
        sent = ", ".join(f"{self._wire[table, name]} AS {quoted(name)}" for name in names)
        limit = "" if most is None else f" LIMIT {max(int(most), 0)}"
        with closing(self._connection.cursor()) as cursor:
            result = cursor.sql(f"SELECT {sent} FROM {self._sql(table)}{limit}")
            reader = result.to_arrow_reader(BATCH_ROWS)
            assert reader is not None  # a SELECT has a result
            found = (_cast(batch, wanted) for batch in reader)
            yield from limited((batch for batch in found if batch.num_rows), most)

    def _sql(self, table: str) -> str:
        space, own, _ = self._own[table]
        return f"{quoted(space)}.{quoted(own)}"

    def _table(self, name: str, named: dict[tuple[str, str], str]) -> Table:
        space, own, _ = self._own[name]
        columns = []
        for column, native, nullable in self._connection.execute(_COLUMNS, [space, own]).fetchall():
            found = Column(name=column, kind="text", native=native, nullable=bool(nullable))
            made, wire = kept_as(found, self._biggest(found, self._sql(name)))
            columns.append(made)
            self._wire[name, column] = wire
        key: tuple[str, ...] = ()
        unique, references = [], []
        for kind, own_columns, parent, to in self._connection.execute(_CONSTRAINTS, [space, own]).fetchall():
            if kind == "PRIMARY KEY":
                key = tuple(own_columns)
            elif kind == "UNIQUE":
                unique.append(tuple(own_columns))
            elif kind == "FOREIGN KEY" and (space, parent) in named:
                target = named[space, parent]
                references.append(ForeignKey(columns=tuple(own_columns), table=target, to=tuple(to)))
        return Table(
            name=name,
            columns=tuple(columns),
            key=key,
            unique=tuple(unique),
            references=tuple(references),
            namespace=space,
        )

    def _biggest(self, column: Column, table: str) -> int | None:
        """The largest number of a column that may hold more than an int64."""
        if column.native not in ("UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"):
            return None
        query = f"SELECT max(abs({quoted(column.name)}::DOUBLE)) FROM {table}"
        row = self._connection.execute(query).fetchone()
        return int(row[0]) if row and row[0] is not None else 0


def _cast(batch: pa.RecordBatch, columns: Sequence[Column]) -> pa.RecordBatch:
    arrays: list[Any] = [
        values.cast(type_of(column)) if values.type != type_of(column) else values
        for values, column in zip(batch.columns, columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns])


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
