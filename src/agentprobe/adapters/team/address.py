"""Where a team's store is, and a connection to it; its password is shown nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agentprobe.errors import AgentProbeError, ConfigError, MissingExtra

if TYPE_CHECKING:
    import psycopg

VARIABLE = "AGENTPROBE_STORE"
_PORT = re.compile(r"[\d,]*")
_SCHEMES = ("postgresql://", "postgres://")
_PATIENCE = {"connect_timeout": "10", "tcp_user_timeout": "30000", "application_name": "agentprobe"}
"""Seconds to wait for a connection, and milliseconds for a server that has fallen silent."""


class StoreError(AgentProbeError):
    """The store cannot be reached, or will not do it."""


@dataclass(frozen=True)
class Address:
    """A database, named as PostgreSQL's own programs name it: postgresql://user@host:port/database."""

    url: str = field(repr=False)
    shown: str
    """For people: without password and options."""

    @classmethod
    def of(cls, url: str) -> Address:
        """Raises ConfigError for what is no address, MissingExtra without the library."""
        if not url.startswith(_SCHEMES):
            raise ConfigError(
                "the store's address must begin with postgresql://, as in postgresql://anna@db.example:5432/traces"
            )
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError as error:
            raise MissingExtra("a store in PostgreSQL", "postgres") from error
        try:
            said = {name: str(value) for name, value in conninfo_to_dict(url).items()}
        except psycopg.ProgrammingError:  # its text repeats the address, and with it the password
            said = {"port": "?"}
        # A sign that was left as it is shifts a part of the password into another place.
        shifted = "@" in said.get("host", "") + said.get("dbname", "")
        if shifted or not _PORT.fullmatch(said.get("port", "")):
            raise ConfigError(
                "the store's address cannot be read; write postgresql://user:password@host:port/database, "
                "with %40 for @, %2F for / and %3A for : in the password"
            )
        user = f"{said['user']}@" if "user" in said else ""
        port = f":{said['port']}" if "port" in said else ""
        return cls(url, f"postgresql://{user}{said.get('host', '')}{port}/{said.get('dbname', '')}")

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection]:
        """A connection, for as long as the context lasts; raises StoreError for all that goes wrong."""
        import psycopg
        from psycopg.conninfo import conninfo_to_dict, make_conninfo

        with self._told():
            left = {
                name: value for name, value in _PATIENCE.items() if name not in conninfo_to_dict(self.url)
            }
            conninfo = make_conninfo(self.url, **left)
            # No prepared statements: a pooler between us may give each transaction another server.
            with psycopg.connect(conninfo, autocommit=True, prepare_threshold=None) as connection:
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        import psycopg
        from psycopg import errors

        told = (psycopg.OperationalError, errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)
        try:
            yield
        except told as error:
            why = self._clean(str(error))
            raise StoreError(f"the store at {self.shown} does not answer as it should: {why}") from None

    def _clean(self, text: str) -> str:
        from psycopg.conninfo import conninfo_to_dict

        password = conninfo_to_dict(self.url).get("password")
        line = " ".join(text.split())
        return line.replace(str(password), "***") if password else line
