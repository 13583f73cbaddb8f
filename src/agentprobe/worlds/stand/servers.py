"""Connections to PostgreSQL servers, and the databases and schemas that are ours there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from agentprobe.errors import AgentProbeError, FixtureError, MissingExtra
from agentprobe.worlds.stand.addresses import shown

if TYPE_CHECKING:
    import psycopg

BASE, RUN = "agentprobe world", "agentprobe run"
"""What the comments on our databases and schemas begin with; nothing else is ever dropped."""
_OURS = re.compile(r"(?:ap|agentprobe|world)_[0-9a-f]{12}(?:_[0-9a-f]{8})?")
"""What our names look like; who was killed before the comment was made has left only the name."""
OLD = "1 day"
"""A run's database of this age was left by a process that died."""


@contextmanager
def connected(address: str) -> Iterator[psycopg.Connection]:
    """A connection in which every statement stands for itself; tells what goes wrong without values."""
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtra("a world in PostgreSQL", "postgres") from error
    try:
        with psycopg.connect(
            address, autocommit=True, prepare_threshold=None, connect_timeout=10
        ) as connection:
            # Messages of a server in another language could not be told apart.
            connection.execute("SET client_encoding = 'UTF8'")
            yield connection
    except psycopg.Error as error:
        raise told(error, address) from error


def told(error: psycopg.Error, address: str) -> AgentProbeError:
    """A server's refusal in one line, without its detail, which may hold a row's values."""
    said = error.diag.message_primary or str(error).strip().splitlines()[0]
    return FixtureError(f"the world at {shown(address)}: {said}")


def name_of(word: str) -> str:
    """A name in SQL."""
    return '"' + word.replace('"', '""') + '"'


def text_of(word: str) -> str:
    """A text in SQL."""
    return "'" + word.replace("'", "''") + "'"


def ask(connection: psycopg.Connection, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return connection.execute(sql.encode(), values or None).fetchall()


def drop_database(connection: psycopg.Connection, name: str) -> None:
    """Drop a database of ours, whoever is connected to it; raises FixtureError for one that is not ours."""
    found = ask(
        connection,
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        (name,),
    )
    if not found:
        return
    if not _ours(name, found[0][0]):
        raise FixtureError(f"there is a database '{name}' that no world stands in; it is left alone")
    connection.execute(f"ALTER DATABASE {name_of(name)} IS_TEMPLATE false".encode())
    connection.execute(f"DROP DATABASE IF EXISTS {name_of(name)} WITH (FORCE)".encode())


def drop_schema(connection: psycopg.Connection, name: str) -> None:
    """Drop a schema of ours; raises FixtureError for one that is not ours."""
    found = ask(
        connection,
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
        (name,),
    )
    if not found:
        return
    if not _ours(name, found[0][0]):
        raise FixtureError(f"there is a schema '{name}' that no world stands in; it is left alone")
    connection.execute(f"DROP SCHEMA IF EXISTS {name_of(name)} CASCADE".encode())


def _ours(name: str, said: str | None) -> bool:
    return _OURS.fullmatch(name) is not None if said is None else said.startswith((BASE, RUN))


def comment(connection: psycopg.Connection, what: str, name: str, kind: str) -> None:
    """Mark a database or schema as ours, with the server's time."""
    ((when,),) = ask(connection, "SELECT clock_timestamp()::timestamptz(0)::text")
    connection.execute(f"COMMENT ON {what} {name_of(name)} IS {text_of(f'{kind}, {when}')}".encode())


_LEFT = {
    "DATABASE": "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database",
    "SCHEMA": "SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace",
}


def drop_left(connection: psycopg.Connection, what: str) -> None:
    """Drop what runs have left that nobody released, once it is old."""
    asked = (
        f"SELECT name FROM ({_LEFT[what]}) AS found(name, said) WHERE said LIKE '{RUN}, %%' AND "
        f"CASE WHEN said LIKE '{RUN}, %%' THEN split_part(said, ', ', 2)::timestamptz END "
        f"< clock_timestamp() - interval '{OLD}'"
    ).replace("%%", "%")
    for (name,) in ask(connection, asked):
        (drop_database if what == "DATABASE" else drop_schema)(connection, name)


_MARKS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\?|%")


def with_marks(sql: str) -> bytes:
    """A query with `?` for its values, as psycopg wants it."""
    return _MARKS.sub(lambda found: "%s" if found[0] == "?" else found[0].replace("%", "%%"), sql).encode()
