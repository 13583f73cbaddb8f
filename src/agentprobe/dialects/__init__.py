"""The protocols that model providers speak, one a file: read into neutral values and written back."""

from __future__ import annotations

from functools import cache

from agentprobe.basis.catalogue import Catalogue
from agentprobe.dialects._dialect import Dialect, Outline, StreamReader
from agentprobe.dialects._edits import NO_EDITS, Edits, HiddenCall, HiddenRounds, Round, Said

DIALECTS: Catalogue[Dialect] = Catalogue(
    "agentprobe.dialects",
    Dialect,  # type: ignore[type-abstract]  # only its concrete subclasses are ever made
    "dialect",
)

__all__ = [
    "DIALECTS",
    "NO_EDITS",
    "Dialect",
    "Edits",
    "HiddenCall",
    "HiddenRounds",
    "Outline",
    "Round",
    "Said",
    "StreamReader",
    "dialect_for",
    "dialect_named",
]


@cache
def dialect_named(name: str) -> Dialect:
    """The dialect of that name; raises ConfigError and names the nearest when there is none."""
    return DIALECTS.get(name)()


@cache
def _all() -> tuple[Dialect, ...]:
    return tuple(dialect_named(name) for name in DIALECTS.names())


def dialect_for(method: str, target: str) -> Dialect | None:
    """The dialect that a request is spoken in, judged by its method and path; None for anything else."""
    path = target.partition("?")[0]
    return next((dialect for dialect in _all() if dialect.claims(method, path)), None)
