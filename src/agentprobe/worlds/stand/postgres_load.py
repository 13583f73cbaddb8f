"""A world's rows on their way into PostgreSQL: by COPY, with keys, references and indexes afterwards."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from agentprobe.errors import FixtureError
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.stand.form import Work
from agentprobe.worlds.stand.indexes import Index, Way, wanted
from agentprobe.worlds.stand.rows import as_text, engine, ordered, parquet, quoted
from agentprobe.worlds.stand.servers import name_of

if TYPE_CHECKING:
    import duckdb
    import psycopg

_TYPES = {
    "text": "text",
    "integer": "bigint",
    "float": "double precision",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "time": "time",
    "binary": "bytea",
}
_NUMERIC = re.compile(r"(?:numeric|decimal)(?:\(\d+(?:, ?\d+)?\))?")
_CHECKED = {
    "uuid": "TRY_CAST({0} AS UUID) IS NOT NULL",
    "json": "json_valid({0})",
    "jsonb": "json_valid({0})",
}
"""Types of production that texts go back into, where every value of the world fits."""
MOST_COLUMNS, MOST_BYTES = 1600, 63
_PLAIN = pv.WriteOptions(include_header=False)


class Loading:
    """The work of filling one database, or one schema of it."""

    def __init__(self, connection: psycopg.Connection, work: Work, places: dict[str, str]) -> None:
        """`places` says which schema each table goes into."""
        self._to = connection
        self._work = work
        self._places = places
        self._pgvector = False
        self._trigram = False
        self.notes: list[str] = []

    def all(self) -> None:
        """Every table, then what holds them together, then what finds rows quickly."""
        self._pgvector = self._has("vector") and any(
            column.kind == "vector" for table in self._work.tables for column in table.columns
        )
        self._trigram = self._has("pg_trgm")
        with engine() as reader:
            for table in self._work.tables:
                self._table(table, reader)
        for table in self._work.tables:
            self._keys(table)
        for table in self._work.tables:
            self._references(table)
            self._indexes(table)
            self._run(f"ANALYZE {self.at(table.name)}")

    def at(self, table: str) -> str:
        """A table's name with its schema."""
        return f"{name_of(self._places[table])}.{name_of(table)}"

    def _run(self, sql: str) -> None:
        self._to.execute(sql.encode())

    def _tried(self, sql: str, note: str) -> bool:
        """Carry out what this world's rows, or this server, may not allow."""
        import psycopg

        try:
            self._run(sql)
        except psycopg.Error as error:
            self.notes.append(f"{note}: {error.diag.message_primary}")
            return False
        return True

    def _has(self, extension: str) -> bool:
        known = "SELECT 1 FROM pg_available_extensions WHERE name = %s"
        if self._to.execute(known, (extension,)).fetchone() is None:
            return False
        return self._tried(f"CREATE EXTENSION IF NOT EXISTS {extension}", f"extension {extension}")

    def _table(self, table: Table, reader: duckdb.DuckDBPyConnection) -> None:
        _check_names(table)
        types = self._types(table, reader)
        columns = ", ".join(
            f"{name_of(one.name)} {types[one.name]}{'' if one.nullable else ' NOT NULL'}"
            for one in table.columns
        )
        copy = f"COPY {self.at(table.name)} FROM STDIN (FORMAT csv, FREEZE)"
        done, replaced, total = 0, 0, self._work.world.rows(table.name)
        with self._to.transaction():
            self._run(f"CREATE TABLE {self.at(table.name)} ({columns})")
            with self._to.cursor().copy(copy.encode()) as target:
                for batch in ordered(
                    reader, self._work.world, table, lambda one, at: _spelled(one, at, types[one.name])
                ):
                    clean, count = without_nulls(batch)
                    target.write(_csv(clean))
                    done, replaced = done + batch.num_rows, replaced + count
                    self._work.progress.step(f"standing {table.name}", done, total)
        if replaced:
            self.notes.append(
                f"{table.name}: {replaced:,} texts hold a null byte, which PostgreSQL refuses; "
                "U+FFFD stands in its place"
            )

    def _types(self, table: Table, reader: duckdb.DuckDBPyConnection) -> dict[str, str]:
        types = {column.name: self._type(column) for column in table.columns}
        asked = [one for one in table.columns if one.kind == "text" and one.native.lower() in _CHECKED]
        files = self._work.world.files(table.name)
        if not asked or not files:
            return types
        checks = ", ".join(
            f"coalesce(bool_and({name} IS NULL OR {_CHECKED[one.native.lower()].format(name)}), true)"
            for one in asked
            for name in [quoted(one.name)]
        )
        (found,) = reader.execute(f"SELECT {checks} FROM {parquet(files)}").fetchall()
        fitting = {one.name: one.native.lower() for one, fits in zip(asked, found, strict=True) if fits}
        return types | fitting

    def _type(self, column: Column) -> str:
        if column.kind == "decimal":
            native = column.native.lower()
            return native if _NUMERIC.fullmatch(native) else "numeric"
        if column.kind == "vector":
            return f"vector({column.size})" if self._pgvector else "real[]"
        return "timestamptz" if column.zoned and column.kind == "timestamp" else _TYPES[column.kind]

    def _keys(self, table: Table) -> None:
        at = self.at(table.name)
        if table.key:
            self._run(f"ALTER TABLE {at} ADD PRIMARY KEY ({_list(table.key)})")
            self._counted(table)
        for columns in table.unique:
            told = f"{table.name}({', '.join(columns)}) is not unique in this world"
            if not self._tried(f"ALTER TABLE {at} ADD UNIQUE ({_list(columns)})", told):
                self._run(f"CREATE INDEX ON {at} ({_list(columns)})")

    def _counted(self, table: Table) -> None:
        """A key of one number goes on counting where an agent leaves it out, unless it is a reference."""
        key = table.key[0]
        referring = {name for reference in table.references for name in reference.columns}
        if len(table.key) > 1 or table.column(key).kind != "integer" or key in referring:
            return
        at, name = self.at(table.name), name_of(key)
        row = self._to.execute(f"SELECT coalesce(max({name}), 0) + 1 FROM {at}".encode()).fetchone()
        start = int(row[0]) if row is not None else 1
        self._run(f"ALTER TABLE {at} ALTER {name} SET NOT NULL")
        self._run(
            f"ALTER TABLE {at} ALTER {name} ADD GENERATED BY DEFAULT AS IDENTITY "
            f"(START WITH {start} MINVALUE {min(start, 1)})"
        )

    def _references(self, table: Table) -> None:
        for one in table.references:
            if one.table not in self._places:
                continue
            told = f"{table.name}({', '.join(one.columns)}) -> {one.table}"
            rule = (
                f"ALTER TABLE {self.at(table.name)} ADD FOREIGN KEY ({_list(one.columns)}) "
                f"REFERENCES {self.at(one.table)} ({_list(one.to)}) DEFERRABLE INITIALLY IMMEDIATE"
            )
            if not self._tried(rule, f"{told} does not hold for all rows"):
                self._tried(f"{rule} NOT VALID", f"{told} is not declared")

    def _indexes(self, table: Table) -> None:
        at = self.at(table.name)
        for index in wanted(table, self._work.world.rows(table.name), self._work.indexes):
            self._work.progress.step(f"indexing {table.name}")
            for how in self._ways(index):
                self._tried(f"CREATE INDEX ON {at} {how}", f"no index on {table.name}{index.columns}")

    def _ways(self, index: Index) -> list[str]:
        if index.way is Way.EXACT:
            return [f"({_list(index.columns)})"]
        if index.way is Way.NOCASE:
            return [f"(lower({name_of(one)}) text_pattern_ops)" for one in index.columns]
        if not self._trigram:
            return []
        return [f"USING gin ({name_of(one)} gin_trgm_ops)" for one in index.columns]


def without_nulls(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, int]:
    """The same rows with U+FFFD for each null byte in a text, and how many texts had one."""
    columns, count = list(batch.columns), 0
    for number, values in enumerate(columns):
        if pa.types.is_string(values.type) and _has_null_byte(values):
            count += pc.match_substring(values, "\0").to_pylist().count(True)
            columns[number] = pc.replace_substring(values, "\0", "\ufffd")
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema), count


def _has_null_byte(values: Any) -> bool:
    data = values.buffers()[2]
    return data is not None and bool((np.frombuffer(data, dtype=np.uint8) == 0).any()) and _really(values)


def _really(values: Any) -> bool:
    """The end of a buffer may be padded with zeros that belong to no text."""
    return bool(pc.any(pc.match_substring(values, "\0")).as_py())


def _csv(batch: pa.RecordBatch) -> bytes:
    target = BytesIO()
    pv.write_csv(batch, target, _PLAIN)
    return target.getvalue()


def _spelled(column: Column, name: str, type_: str) -> str:
    if column.kind == "decimal":
        text = f"CAST({name} AS VARCHAR)"
        return f"rtrim(rtrim({text}, '0'), '.')" if type_ == "numeric" and column.size != 0 else text
    if column.kind == "binary":
        return f"('\\x' || lower(hex({name})))"
    if column.kind == "vector":
        text = f"CAST({name} AS VARCHAR)"
        return text if type_.startswith("vector") else f"translate({text}, '[]', '{{}}')"
    return as_text(column, name)


def _list(columns: tuple[str, ...]) -> str:
    return ", ".join(map(name_of, columns))


def _check_names(table: Table) -> None:
    if len(table.columns) > MOST_COLUMNS:
        raise FixtureError(
            f"table '{table.name}' has {len(table.columns):,} columns and PostgreSQL takes {MOST_COLUMNS:,}; "
            "use the form duckdb"
        )
    for name in (table.name, *(column.name for column in table.columns)):
        if len(name.encode()) > MOST_BYTES:
            raise FixtureError(
                f"the name '{name}' is longer than PostgreSQL's {MOST_BYTES} bytes; rename it in world.toml"
            )
