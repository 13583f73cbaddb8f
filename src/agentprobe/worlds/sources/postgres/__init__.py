"""PostgreSQL as a source: one transaction holds it still, COPY brings its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pyarrow as pa

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError, MissingExtra
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.sources.form.address import Picks, Url, parted
from agentprobe.worlds.sources.form.batches import picked
from agentprobe.worlds.sources.form.lines import NULL, batches_of
from agentprobe.worlds.sources.postgres.declared import Relation, relations

if TYPE_CHECKING:
    import psycopg

_SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'iso_8601'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
    "SET client_encoding = 'UTF8'",
    "SET statement_timeout = 0",
    "SET idle_in_transaction_session_timeout = 0",
    "SET lock_timeout = '30s'",
    "SET max_parallel_workers_per_gather = 0",  # rows come in the table's own order
    "SET synchronize_seqscans = off",
    "SET row_security = off",  # an error is better than a part that looks like the whole
    "SET work_mem = '128MB'",
)
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL database. Its address is postgresql://user:password@host:port/database.

    Tables of all schemas are read but those of the database itself and of extensions; views, materialised
    views and foreign tables only where they are named, as in `…#views=open_tickets`. `#schemas=…` and
    `#tables=…` pick some.
    """

    url: Url
    picks: Picks
    name: ClassVar[str] = "postgres"

    @classmethod
    def fits(cls, where: str) -> bool:
        return where.startswith(("postgresql://", "postgres://"))

    @classmethod
    def at(cls, where: str) -> Postgres:
        bare, picks = parted(where)
        return cls(Url.of(bare), picks)

    @property
    def shown(self) -> str:
        return self.url.shown

    @contextmanager
    def reading(self) -> Iterator[PostgresReading]:
        """One snapshot of the database, for as long as the context lasts; see `Source.reading`."""
        with self._told():
            first = self._connected()
        try:
            with self._told():
                _run(first, _BEGIN)
                held = _one(first, "SELECT pg_export_snapshot()")
                reading = PostgresReading(self, first, held)
            yield reading
            with self._told():
                first.close()
        finally:
            with suppress(Exception):  # the server may be gone, and what is on its way is told already
                first.close()

    def _connected(self, snapshot: str = "") -> psycopg.Connection:
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict, make_conninfo
        except ImportError as error:
            raise MissingExtra("a source in PostgreSQL", "postgres") from error
        try:
            said = conninfo_to_dict(self.url.whole)
            left = {
                name: value
                for name, value in {"connect_timeout": "10", "application_name": "agentprobe"}.items()
                if name not in said
            }
            conninfo = make_conninfo(self.url.whole, **left)
        except psycopg.ProgrammingError as error:
            raise ConfigError(f"the address {self.shown} cannot be read: {self.url.clean(error)}") from None
        connection = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)
        for setting in _SETTINGS:
            _run(connection, setting)
        if snapshot:
            _run(connection, _BEGIN)
            _run(connection, f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        import_error = False
        try:
            import psycopg
        except ImportError:
            import_error = True
        if import_error:
            raise MissingExtra("a source in PostgreSQL", "postgres")
        try:
            yield
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigError(
                f"{self.shown} does not let this user read all tables: {self.url.clean(error)}; grant SELECT "
                "(and BYPASSRLS where row security is on), or pick tables with #tables=… in the address"
            ) from None
        except psycopg.Error as error:
            raise ConfigError(f"{self.shown} does not answer as it should: {self.url.clean(error)}") from None


class PostgresReading:
    """A database as it was at one moment; each look has a connection of its own on the same snapshot."""

    def __init__(self, source: Postgres, first: psycopg.Connection, snapshot: str) -> None:
        self.as_of = RealClock().date().isoformat()
        self._source, self._first, self._snapshot = source, first, snapshot
        raw = _one(first, "SHOW server_encoding") == "SQL_ASCII"  # then it holds whatever bytes were sent
        self._form = f"FORMAT csv, NULL '{NULL}'" + (", ENCODING 'SQL_ASCII'" if raw else "")
        found = relations(first, source.picks, source.shown)
        if not found:
            raise ConfigError(f"{source.shown} holds no tables that this user can see")
        self._relations: dict[str, Relation] = {one.table.name: one for one in found}
        self.schema = Schema(tables=tuple(one.table for one in found))
        for one in found:
            if one.lockable:  # so that nobody rewrites it and with it the order of its rows
                _run(first, f"LOCK TABLE {one.sql} IN ACCESS SHARE MODE")

    def rows(self, table: str) -> int:
        """How many rows a table has; the server counts them."""
        self.schema.table(table)
        with self._source._told():
            return int(_one(self._first, f"SELECT count(*) FROM {self._relations[table].source}"))

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`."""
        names = picked(self.schema.table(table), columns)
        found = self._relations[table]
        wire = ", ".join(found.wire[name] for name in names)
        limit = "" if most is None else f" LIMIT {max(int(most), 0)}"
        query = f"COPY (SELECT {wire} FROM {found.source}{found.order}{limit}) TO STDOUT ({self._form})"
        kinds = [found.table.column(name) for name in names]
        with self._source._told(), self._source._connected(self._snapshot) as connection:
            yield from batches_of(_lines(connection, query), kinds)


def _lines(connection: psycopg.Connection, query: str) -> Iterator[bytes]:
    with connection.cursor().copy(query) as copy:
        yield from cast("Iterator[bytes]", copy)


def _run(connection: psycopg.Connection, query: str) -> None:
    connection.execute(query)


def _one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
