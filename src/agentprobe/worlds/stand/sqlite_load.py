"""A world's rows on their way into SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from agentprobe.errors import FixtureError
from agentprobe.worlds.schema import Column, ForeignKey, Table
from agentprobe.worlds.stand.form import Work
from agentprobe.worlds.stand.indexes import Index, Way, wanted
from agentprobe.worlds.stand.rows import engine, literal, ordered, parquet, quoted
from agentprobe.worlds.stand.sqlite_columns import listed, packed, spelled, type_of, whole_key
from agentprobe.worlds.stand.sqlite_laying import Sizes, lay_index, lay_table, sizes
from agentprobe.worlds.stand.sqlite_pages import PAGE, Pages

MOST_COLUMNS = 2000
"""SQLite's own limit, as it is usually compiled."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one table goes in."""

    table: Table
    exact: frozenset[str]
    sizes: Sizes | None
    """Of a table that is laid page by page; None for one that is inserted row by row."""
    indexes: tuple[Index, ...]

    @property
    def laid(self) -> tuple[Index, ...]:
        """The indexes that are laid as well."""
        return () if self.sizes is None else tuple(filter(self.sizes.fits, self.indexes))


class Loading:
    """The work of filling one file."""

    def __init__(self, path: Path, work: Work) -> None:
        self._path = path
        self._work = work
        self.notes: list[str] = []

    def all(self) -> None:
        """Every table, its indexes, what the planner wants to know, and the seal."""
        with engine() as reader:
            plans = [self._planned(table, reader) for table in self._work.tables]
            with closing(self._connected()) as connection:
                roots = self._schema(connection, plans)
            with Pages(self._path) as pages:
                for plan in plans:
                    self._lay(plan, pages, roots, reader)
            with closing(self._connected()) as connection:
                for plan in plans:
                    if plan.sizes is None:
                        self._insert(connection, plan, reader)
                for plan in plans:
                    self._check(connection, plan)
                    self._rest(connection, plan)
                _seal(connection)

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None)
        # A file that is not finished is thrown away, so nothing need survive; more threads sort indexes.
        for pragma in (f"page_size = {PAGE}", "journal_mode = OFF", "synchronous = OFF", "threads = 2"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("PRAGMA cache_size = -400000")
        return connection

    def _planned(self, table: Table, reader: duckdb.DuckDBPyConnection) -> _Plan:
        if len(table.columns) > MOST_COLUMNS:
            raise FixtureError(
                f"table '{table.name}' has {len(table.columns):,} columns and SQLite takes {MOST_COLUMNS:,}; "
                "use the form duckdb"
            )
        exact = self._exact(table, reader)
        measured = sizes(reader, self._work.world, table, exact)
        return _Plan(
            table, exact, measured, wanted(table, self._work.world.rows(table.name), self._work.indexes)
        )

    def _exact(self, table: Table, reader: duckdb.DuckDBPyConnection) -> frozenset[str]:
        """The decimal columns whose every value SQLite's own numbers hold exactly as it is written."""
        decimals = [column for column in table.columns if column.kind == "decimal"]
        files = self._work.world.files(table.name)
        if not decimals or not files:
            return frozenset(column.name for column in decimals)
        asked = ", ".join(_same(column) for column in decimals)
        (found,) = reader.execute(f"SELECT {asked} FROM {parquet(files)}").fetchall()
        for column, holds in zip(decimals, found, strict=True):
            if not holds:
                self.notes.append(
                    f"{table.name}.{column.name} holds decimals longer than SQLite's numbers: kept as text"
                )
        return frozenset(column.name for column, holds in zip(decimals, found, strict=True) if holds)

    def _schema(self, connection: sqlite3.Connection, plans: list[_Plan]) -> dict[str, int]:
        """Make all tables and the indexes to be laid, empty; gives the root page of each."""
        for plan in plans:
            connection.execute(self._created(plan.table, plan.exact))
            for index in plan.laid:
                connection.execute(_index(plan.table, index))
        return dict(connection.execute("SELECT name, rootpage FROM sqlite_master").fetchall())

    def _created(self, table: Table, exact: frozenset[str]) -> str:
        alone = whole_key(table)
        parts = []
        for column in table.columns:
            rule = " PRIMARY KEY" if column.name == alone else "" if column.nullable else " NOT NULL"
            parts.append(f"{quoted(column.name)} {type_of(column, exact)}{rule}")
        if table.key and alone is None:
            parts.append(f"PRIMARY KEY ({listed(table.key)})")
        parts += [_reference(one) for one in table.references if self._stands(table, one)]
        return f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)})"

    def _stands(self, table: Table, reference: ForeignKey) -> bool:
        """Can SQLite check it? It wants a key or unique columns at the other end."""
        if reference.table in self._work.world.schema.names:
            other = self._work.world.schema.table(reference.table)
            if reference.to in (other.key, *other.unique):
                return True
        self.notes.append(
            f"{table.name}({', '.join(reference.columns)}) refers to no key of {reference.table}: "
            "the reference is not declared"
        )
        return False

    def _lay(
        self, plan: _Plan, pages: Pages, roots: dict[str, int], reader: duckdb.DuckDBPyConnection
    ) -> None:
        if plan.sizes is None:
            return
        world, table, progress = self._work.world, plan.table, self._work.progress
        lay_table(pages, roots[table.name], reader, world, table, plan.exact, progress)
        for index in plan.laid:
            progress.step(f"indexing {table.name}")
            root, plain = roots[_name(table, index)], plan.sizes.plain
            lay_index(pages, root, reader, world, table, index, plan.exact, plain)

    def _insert(self, connection: sqlite3.Connection, plan: _Plan, reader: duckdb.DuckDBPyConnection) -> None:
        table, exact = plan.table, plan.exact
        marks = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {quoted(table.name)} VALUES ({marks})"
        done, total = 0, self._work.world.rows(table.name)
        connection.execute("BEGIN")
        for batch in ordered(reader, self._work.world, table, lambda one, at: spelled(one, at, exact)):
            connection.executemany(insert, _rows(table, batch))
            done += batch.num_rows
            self._work.progress.step(f"standing {table.name}", done, total)
        connection.execute("COMMIT")

    def _check(self, connection: sqlite3.Connection, plan: _Plan) -> None:
        """See that SQLite finds every row, in the table and in each index that was laid."""
        name, expected = quoted(plan.table.name), self._work.world.rows(plan.table.name)
        for by in ("NOT INDEXED", *(f"INDEXED BY {quoted(_name(plan.table, one))}" for one in plan.laid)):
            (found,) = connection.execute(f"SELECT count(*) FROM {name} {by}").fetchone()
            if found != expected:
                raise FixtureError(
                    f"table '{plan.table.name}' has {found:,} rows in SQLite and {expected:,} in its manifest"
                )

    def _rest(self, connection: sqlite3.Connection, plan: _Plan) -> None:
        """The indexes that SQLite makes itself."""
        table = plan.table
        for number, columns in enumerate(table.unique):
            self._unique(connection, table, f"{table.name}_unique_{number}", columns)
        for index in plan.indexes:
            self._work.progress.step(f"indexing {table.name}")
            if index.way is Way.PART:
                self._parts(connection, table, index)
            elif index not in plan.laid:
                connection.execute(_index(table, index))

    def _unique(
        self, connection: sqlite3.Connection, table: Table, name: str, columns: tuple[str, ...]
    ) -> None:
        on = f"{quoted(name)} ON {quoted(table.name)} ({listed(columns)})"
        try:
            connection.execute(f"CREATE UNIQUE INDEX {on}")
        except sqlite3.IntegrityError:
            self.notes.append(f"{table.name}({', '.join(columns)}) is not unique in this world")
            connection.execute(f"CREATE INDEX {on}")

    def _parts(self, connection: sqlite3.Connection, table: Table, index: Index) -> None:
        """A full-text table of three-letter pieces, for `LIKE '%part%'`, kept up to date by triggers."""
        name, target = quoted(f"{table.name}_search"), quoted(table.name)
        rowid = whole_key(table) or "rowid"
        columns = listed(index.columns)
        try:
            connection.execute(
                f"CREATE VIRTUAL TABLE {name} USING fts5({columns}, content={literal(table.name)}, "
                f"content_rowid={literal(rowid)}, tokenize='trigram')"
            )
        except sqlite3.OperationalError:  # compiled without it, or a table has the name
            self.notes.append(f"{table.name} has no {table.name}_search: SQLite cannot make it here")
            return
        connection.execute(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
        new, old = (
            ", ".join(f"{side}.{quoted(one)}" for one in (rowid, *index.columns)) for side in ("new", "old")
        )
        put = f"INSERT INTO {name}(rowid, {columns}) VALUES ({new});"
        take = f"INSERT INTO {name}({name}, rowid, {columns}) VALUES ('delete', {old});"
        for event, body in (("INSERT", put), ("DELETE", take), ("UPDATE", take + put)):
            trigger = quoted(f"{table.name}_search_{event.lower()}")
            connection.execute(f"CREATE TRIGGER {trigger} AFTER {event} ON {target} BEGIN {body} END")


def _seal(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA analysis_limit = 2000")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("SELECT count(*) FROM sqlite_master").fetchall()


def _name(table: Table, index: Index) -> str:
    return "_".join((table.name, *index.columns, index.way))


def _index(table: Table, index: Index) -> str:
    ending = " COLLATE NOCASE" if index.way is Way.NOCASE else ""
    keyed = ", ".join(quoted(column) + ending for column in index.columns)
    return f"CREATE INDEX {quoted(_name(table, index))} ON {quoted(table.name)} ({keyed})"


def _reference(one: ForeignKey) -> str:
    return (
        f"FOREIGN KEY ({listed(one.columns)}) REFERENCES {quoted(one.table)} ({listed(one.to)}) "
        "DEFERRABLE INITIALLY DEFERRED"
    )


def _same(column: Column) -> str:
    name, size = quoted(column.name), column.size or 9
    return f"coalesce(bool_and(CAST(CAST({name} AS DOUBLE) AS DECIMAL(38, {size})) = {name}), true)"


def _rows(table: Table, batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    return zip(*map(_values, table.columns, batch.columns), strict=True)


def _values(column: Column, values: pa.Array[Any]) -> list[Any]:
    if column.kind == "vector":
        return list(packed(values, column.size))
    found: list[Any] = values.to_pylist()
    return found
