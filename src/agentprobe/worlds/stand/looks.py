"""Read-only views of databases, with the same words and values for all of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Self

from agentprobe.errors import FixtureError
from agentprobe.worlds.stand.rows import quoted


def plain(value: Any) -> Any:
    """A value as SQLite holds it, so that one check fits every database."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else str(value)
    return value


class Rows:
    """Rows of any DB-API cursor."""

    def name(self, word: str) -> str:
        """A name, quoted as in the standard."""
        return quoted(word)

    def _named(self, cursor: Any) -> list[dict[str, Any]]:
        if cursor.description is None:
            raise FixtureError("a look reads: its query must give rows")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the view."""
        raise NotImplementedError


class SqliteLook(Rows):
    """A look into a SQLite file."""

    def __init__(self, uri: str) -> None:
        try:
            self._connection = sqlite3.connect(uri, uri=True)
            self._connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise FixtureError(f"the run's world cannot be opened: {error}") from error

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query."""
        try:
            return self._named(self._connection.execute(sql, tuple(values)))
        except sqlite3.Error as error:
            raise FixtureError(f"a look failed: {error}") from error

    def close(self) -> None:
        """End the view."""
        self._connection.close()


class DuckdbLook(Rows):
    """A look into a DuckDB file."""

    def __init__(self, path: str) -> None:
        import duckdb  # a large library that other looks do without

        self._error = duckdb.Error
        try:
            self._connection = duckdb.connect(path, read_only=True)
            self._connection.execute("SET TimeZone = 'UTC'")
        except duckdb.Error as error:
            raise FixtureError(f"the run's world cannot be opened: {error}") from error

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query."""
        try:
            return self._named(self._connection.execute(sql, list(values)))
        except self._error as error:
            raise FixtureError(f"a look failed: {error}") from error

    def close(self) -> None:
        """End the view."""
        self._connection.close()
