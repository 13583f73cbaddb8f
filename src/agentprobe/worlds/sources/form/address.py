"""The address of a database: what is asked of it, and how it is told without its secrets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from agentprobe.errors import ConfigError, did_you_mean

_PICKS = ("schemas", "tables", "views")
_PICKED = re.compile(r"#((?:schemas|tables|views)=[^#]*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """What of a database is wanted; it ends the address, as in `…#schemas=crm&views=active`."""

    schemas: tuple[str, ...] = ()
    """Only the tables of these; empty for all that are no part of the database itself."""
    tables: tuple[str, ...] = ()
    """Only these; empty for all."""
    views: tuple[str, ...] = ()
    """Views are left out, since they repeat what tables hold; these are read as if they were tables."""

    def wants(self, namespace: str, name: str, *, view: bool = False) -> bool:
        """Is this table, or this view, one to read?"""
        spellings = {name, f"{namespace}.{name}"}
        if view:
            return not spellings.isdisjoint(self.views)
        if self.schemas and namespace not in self.schemas:
            return False
        return not self.tables or not spellings.isdisjoint(self.tables)

    def check(self, found: Iterable[tuple[str, str]], shown: str) -> None:
        """See that all that was named is there; raises ConfigError for the first that is not."""
        pairs = list(found)
        known = {name for _, name in pairs} | {f"{space}.{name}" for space, name in pairs}
        for name in (*self.tables, *self.views):
            if name not in known:
                near = did_you_mean(name, {name for _, name in pairs})
                raise ConfigError(f"{shown} has no table or view '{name}' that can be read{near}")


def parted(where: str) -> tuple[str, Picks]:
    """An address without what is picked of it, and what is; raises ConfigError for a pick that is unknown."""
    found = _PICKED.search(where)
    if found is None:
        return where, Picks()
    picks: dict[str, tuple[str, ...]] = {}
    for part in found[1].split("&"):
        name, _, values = part.partition("=")
        if name not in _PICKS:
            raise ConfigError(f"unknown word '{name}' after # in the address{did_you_mean(name, _PICKS)}")
        picks[name] = tuple(unquote(value) for value in values.split(",") if value)
    return where[: found.start()], Picks(**picks)


@dataclass(frozen=True, slots=True)
class Url:
    """A database's address, with its secrets kept from whoever prints it."""

    whole: str = field(repr=False)
    shown: str
    """For people: without password and options."""

    @classmethod
    def of(cls, whole: str) -> Url:
        """Raises ConfigError for what cannot be read, since a part of a password may stand anywhere in it."""
        scheme = whole.partition("://")[0]
        try:
            parts = urlsplit(whole)
            user, _, host = parts.netloc.rpartition("@")
            port = parts.port
        except ValueError:
            parts, user, host, port = urlsplit(f"{scheme}://"), "", "?", None
        shifted = "@" in parts.path or "@" in user or "#" in whole
        if host == "?" or shifted or (port is None and re.search(r":[^\]]*$", host)):
            raise ConfigError(
                f"the address {scheme}://… cannot be read; write {scheme}://user:password@host:port/database"
                ", with %40 for @, %2F for /, %3A for : and %23 for # in the password"
            )
        shown = f"{user.partition(':')[0]}@" if user else ""
        return cls(whole, f"{scheme}://{shown}{host}{parts.path}")

    @property
    def password(self) -> str:
        """The password as it is meant; empty where the address holds none."""
        user = urlsplit(self.whole).netloc.rpartition("@")[0]
        return unquote(user.partition(":")[2])

    def clean(self, text: object, *, secrets: Sequence[str] = ()) -> str:
        """What a database's library said, in one line and without the password."""
        line = " ".join(str(text).split())
        spelled = urlsplit(self.whole).netloc.rpartition("@")[0].partition(":")[2]
        for secret in (self.whole, spelled, self.password, *secrets):
            line = line.replace(secret, "***") if secret else line
        return line


def resolved(where: str) -> str:
    """An address that may be given as `env:NAME`, so that it stands in no file and in no list of commands."""
    if not where.startswith("env:"):
        return where
    name = where[4:]
    found = os.environ.get(name, "")
    if not found:
        raise ConfigError(f"the environment has no variable {name}, where the source's address should be")
    return found
