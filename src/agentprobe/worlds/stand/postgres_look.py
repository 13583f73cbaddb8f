"""A look into PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from agentprobe.errors import FixtureError, MissingExtra
from agentprobe.worlds.stand.looks import Rows
from agentprobe.worlds.stand.servers import name_of, told, with_marks


class PostgresLook(Rows):
    """Reads one database; tables are found in the schemas given, in that order."""

    def __init__(self, address: str, schemas: tuple[str, ...]) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise MissingExtra("a world in PostgreSQL", "postgres") from error
        self._address, self._error = address, psycopg.Error
        try:
            self._connection = psycopg.connect(
                address, autocommit=True, prepare_threshold=None, connect_timeout=10
            )
            path = ", ".join(map(name_of, schemas))
            for setting in (
                "default_transaction_read_only = on",
                "timezone = 'UTC'",
                f"search_path = {path}",
            ):
                self._connection.execute(f"SET {setting}".encode())
        except psycopg.Error as error:
            raise told(error, address) from error

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows of a query."""
        try:
            return self._named(self._connection.execute(with_marks(sql), tuple(values)))
        except self._error as error:
            raise FixtureError(
                f"a look failed: {error.diag.message_primary or 'the connection ended'}"
            ) from error

    def close(self) -> None:
        """End the view."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self
