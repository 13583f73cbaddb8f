"""MySQL and MariaDB as a source: one consistent snapshot holds them still."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import pyarrow as pa

from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError, MissingExtra
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.sources.form.address import Picks, Url, parted
from agentprobe.worlds.sources.form.batches import picked
from agentprobe.worlds.sources.form.lines import batches_of
from agentprobe.worlds.sources.mysql.declared import Relation, relations

_SETTINGS = (
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = 'ANSI_QUOTES,ALLOW_INVALID_DATES'",
    "SET SESSION net_write_timeout = 3600",
    "SET SESSION net_read_timeout = 3600",
    "SET SESSION group_concat_max_len = 1048576",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
_AT_ONCE = 8192


@dataclass(frozen=True)
class Mysql:
    """A MySQL or MariaDB database. Its address is mysql://user:password@host:port/database.

    `?unix_socket=…` connects over a socket, `?ssl_ca=…` with TLS. Views only where they are named, as in
    `…#views=open_tickets`; `#tables=…` picks some.
    """

    url: Url
    picks: Picks
    name: ClassVar[str] = "mysql"

    @classmethod
    def fits(cls, where: str) -> bool:
        return where.startswith(("mysql://", "mariadb://", "mysql+pymysql://"))

    @classmethod
    def at(cls, where: str) -> Mysql:
        bare, picks = parted(where)
        found = cls(Url.of(bare), picks)
        if not urlsplit(bare).path.strip("/"):
            raise ConfigError(f"the address {found.shown} names no database; end it with /NAME")
        return found

    @property
    def shown(self) -> str:
        return self.url.shown

    @contextmanager
    def reading(self) -> Iterator[MysqlReading]:
        """One snapshot of the database, for as long as the context lasts; see `Source.reading`."""
        try:
            import pymysql
        except ImportError as error:
            raise MissingExtra("a source in MySQL", "mysql") from error
        try:
            connection = pymysql.connect(**self._asked())
            try:
                with closing(connection.cursor()) as cursor:
                    for setting in _SETTINGS:
                        cursor.execute(setting)
                yield MysqlReading(self, connection)
            finally:
                with suppress(Exception):  # the server may be gone, and what is on its way is told already
                    connection.close()
        except pymysql.MySQLError as error:
            text = self.url.clean(error)
            raise ConfigError(f"{self.shown} does not answer as it should: {text}") from None

    def _asked(self) -> dict[str, Any]:
        parts = urlsplit(self.url.whole)
        said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        asked: dict[str, Any] = {
            "host": parts.hostname or "localhost",
            "port": parts.port or 3306,
            "user": unquote(parts.username) if parts.username else None,
            "password": self.url.password,
            "database": unquote(parts.path.strip("/")),
            "charset": "utf8mb4",
            "autocommit": True,  # transactions are begun by hand
            "connect_timeout": 10,
        }
        for name in ("unix_socket", "ssl_ca", "ssl_cert", "ssl_key"):
            if name in said:
                asked[name] = said[name]
        return asked


class MysqlReading:
    """A database as it was at one moment.

    One connection has the snapshot and one result at a time: when a second look begins, what the first one
    has not read yet is put aside in a temporary file.
    """

    def __init__(self, source: Mysql, connection: Any) -> None:
        self.as_of = RealClock().date().isoformat()
        self._connection = connection
        self._open: _Lines | None = None
        found = relations(self._ask, source.picks, source.shown)
        if not found:
            raise ConfigError(f"{source.shown} holds no tables that this user can see")
        self._relations: dict[str, Relation] = {one.table.name: one for one in found}
        self.schema = Schema(tables=tuple(one.table for one in found))

    def rows(self, table: str) -> int:
        """How many rows a table has; the server counts them."""
        found = self._relations[self.schema.table(table).name]
        return int(self._ask(f"SELECT count(*) FROM {found.source}")[0][0])

    def batches(
        self, table: str, columns: Sequence[str] = (), *, most: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """See `Reading.batches`."""
        names = picked(self.schema.table(table), columns)
        found = self._relations[table]
        wire = ", ',', ".join(found.wire[name] for name in names)
        limit = "" if most is None else f" LIMIT {max(int(most), 0)}"
        query = f"SELECT CONCAT({wire}, '\n') FROM {found.source}{found.order}{limit}"
        kinds = [found.table.column(name) for name in names]
        self._free()
        with closing(_Lines(self._connection, query)) as lines:
            self._open = lines
            yield from batches_of(lines, kinds)

    def _ask(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self._free()
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(query, tuple(values) or None)
            return list(cursor.fetchall())

    def _free(self) -> None:
        if self._open is not None:
            self._open.put_aside()
            self._open = None


class _Lines:
    """The lines that a query gives; they can be put aside when the connection is wanted for another."""

    def __init__(self, connection: Any, query: str) -> None:
        from pymysql.cursors import SSCursor

        self._cursor: Any = SSCursor(connection)
        self._cursor.execute(query)
        self._aside: IO[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        while self._aside is None:
            rows = self._cursor.fetchmany(_AT_ONCE)
            if not rows:
                return
            for row in rows:
                yield _bytes(row[0])
        yield from _records(self._aside)

    def put_aside(self) -> None:
        """Read all that is left, so that the connection is free."""
        if self._cursor is None:
            return
        self._aside = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed by `close`
        while rows := self._cursor.fetchmany(_AT_ONCE):
            for row in rows:
                line = _bytes(row[0])
                self._aside.write(len(line).to_bytes(8, "big") + line)
        self._aside.seek(0)
        self._finish()

    def close(self) -> None:
        """Let go of the connection and the file."""
        self._finish()
        if self._aside is not None:
            self._aside.close()

    def _finish(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None


def _records(file: IO[bytes]) -> Iterator[bytes]:
    while head := file.read(8):
        yield file.read(int.from_bytes(head, "big"))


def _bytes(value: Any) -> bytes:
    if value is None:
        raise ConfigError("a row is larger than the server's max_allowed_packet; raise it and begin again")
    return value if isinstance(value, bytes) else str(value).encode()
