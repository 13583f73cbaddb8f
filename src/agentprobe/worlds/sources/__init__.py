"""Where production's data is read from: one kind of source a file, found by looking."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.worlds.source import Source
from agentprobe.worlds.sources.form.address import resolved


def open_source(where: str) -> Source:
    """The source at an address, a file or a folder; nothing is read yet.

    `env:NAME` stands for the address that is in a variable, and `KIND:where` says the kind where looking
    at the place does not tell it (`documents:export/`). Raises ConfigError for what no kind of source fits.
    """
    where = resolved(where)
    kinds = dict(_kinds())
    kind, colon, place = where.partition(":")
    if colon and kind in kinds and not place.startswith("//"):
        return kinds[kind].at(place)
    for found in kinds.values():
        if found.fits(where):
            return found.at(where)
    raise ConfigError(f"{_told(where)} is no source that can be read; known kinds are: {_known(kinds)}")


def _told(where: str) -> str:
    scheme, address, _ = where.partition("://")
    if not address:
        return f"'{where}'"
    near = did_you_mean(scheme, ["postgresql", "mysql"]) if scheme.isalpha() else ""
    return f"an address that begins with {scheme}://{near.replace(';', ',')}"


def _known(kinds: dict[str, type[Source]]) -> str:
    return ", ".join(f"{name} ({(kind.__doc__ or '').split('.')[0].strip()})" for name, kind in kinds.items())


@cache
def _found() -> tuple[tuple[str, type[Source]], ...]:
    """The kinds in this package: the class in each module that has the module's name for its own."""
    modules = sorted(one.name for one in pkgutil.iter_modules(__path__))
    return tuple(
        (module, value)
        for module in modules
        for value in vars(import_module(f"{__name__}.{module}")).values()
        if isinstance(value, type) and getattr(value, "name", "") == module
    )


def _kinds() -> Iterator[tuple[str, type[Source]]]:
    """Kinds in the order in which they are asked: those that look least closely come last."""
    return iter(sorted(_found(), key=lambda entry: (getattr(entry[1], "asked", 0), entry[0])))
