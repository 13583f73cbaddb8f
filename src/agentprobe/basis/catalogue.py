"""Catalogues: one entry a file, found by looking, so that adding one touches no list."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Generic, TypeVar

from agentprobe.errors import ConfigError, did_you_mean

T = TypeVar("T")


@cache
def _names(package: str) -> tuple[str, ...]:
    """The modules of a package; it is looked at once, since an installed package does not change."""
    found = import_module(package)
    return tuple(sorted(m.name for m in pkgutil.iter_modules(found.__path__) if m.name[0] != "_"))


@cache
def _entry(package: str, name: str, kind: Any) -> Any:
    module = import_module(f"{package}.{name}")
    classes = [value for value in vars(module).values() if isinstance(value, type)]
    for value in classes:
        if issubclass(value, kind) and value.__module__ == module.__name__ and value.__name__[0] != "_":
            return value
    raise ConfigError(f"{module.__name__} holds no {kind.__name__}")


@dataclass(frozen=True)
class Catalogue(Generic[T]):
    """The entries of a package: in each module the one public subclass of `kind`, named as its file."""

    package: str
    kind: type[T]
    noun: str

    def names(self) -> tuple[str, ...]:
        """Every entry's name, in alphabetical order; nothing is imported but the package."""
        return _names(self.package)

    def get(self, name: str, where: str = "") -> type[T]:
        """Find an entry; `where` says in the message where the name was read.

        Raises ConfigError for an unknown name and names the nearest.
        """
        if name not in self.names():
            place = f" in {where}" if where else ""
            raise ConfigError(f"unknown {self.noun} '{name}'{place}{did_you_mean(name, self.names())}")
        return self._entry(name)

    def __iter__(self) -> Iterator[type[T]]:
        return (self._entry(name) for name in self.names())

    def _entry(self, name: str) -> type[T]:
        kind: Any = self.kind
        found: type[T] = _entry(self.package, name, kind)
        return found
