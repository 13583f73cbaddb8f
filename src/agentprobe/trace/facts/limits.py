"""The dated table of what models can take: how much they read and write, when they end, what follows.

The table that ships is made from litellm's (MIT) of that day. What that one has dropped comes from litellm
1.12.5, 1.55.8, 1.61.4, 1.80.0 and 1.93.1, and for a few old models the day of their end from Anthropic's,
Google's and OpenAI's own pages of deprecations: code goes on naming models that tables have forgotten. A
model for which none of these names a day has none here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

import msgspec

from agentprobe.errors import ConfigError

OWN = Path(".agentprobe/limits.json")
"""Where a project keeps a table of its own, which goes before the one that ships."""
VERSION = 1
SOON_DAYS = 60
"""A model that ends within so many days has to be replaced now."""


class ModelFacts(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one model; None where the table says nothing."""

    id: str
    provider: str = ""
    reads: int | None = None
    """Tokens that it reads at most."""
    writes: int | None = None
    """Tokens that one answer has at most."""
    retires: str = ""
    """The day from which it no longer answers, as an ISO date; "" where none is known."""
    successor: str = ""
    """What its provider names in its place."""
    samples: bool | None = None
    """Does it take a temperature? Models that always think refuse one."""
    thinks: bool | None = None
    """Does it think before it answers, on the cap of its answer, unless it is told not to?"""

    @property
    def end(self) -> date | None:
        """The day of its end as a date; None where none is known."""
        try:
            return date.fromisoformat(self.retires) if self.retires else None
        except ValueError:
            return None

    def has_ended(self, today: date) -> bool:
        """Has the day of its end come?"""
        end = self.end
        return end is not None and end <= today

    def ends_soon(self, today: date, days: int = SOON_DAYS) -> bool:
        """Is the day of its end near, or past?"""
        end = self.end
        return end is not None and (end - today).days <= days


class Limits(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Models with their limits, as somebody knew them on one day."""

    agentprobe: str = "limits"
    version: int = VERSION
    date: str
    source: str
    models: tuple[ModelFacts, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, ModelFacts]:
        """The models by their ids."""
        return {one.id: one for one in self.models}

    def find(self, name: str) -> ModelFacts | None:
        """What is known of a model by any of its usual names; None where nothing is."""
        for spelled in spellings(name):
            found = self.by_id.get(spelled)
            if found is not None:
                return found
        return None

    def snapshots(self, name: str) -> tuple[str, ...]:
        """The dated versions of a model whose name has no date."""
        pattern = re.compile(rf"{re.escape(name.lower())}[-@]{_DATE}")
        return tuple(one for one in self._dated if pattern.fullmatch(one))

    @cached_property
    def _dated(self) -> tuple[str, ...]:
        pattern = re.compile(rf".*[-@]{_DATE}")
        return tuple(one.id for one in self.models if pattern.fullmatch(one.id))


_DATE = r"(?:20\d{2}-?\d{2}-?\d{2}|\d{4}|\d{3}|\d{2}-\d{4}|\d{2}-\d{2})"
_REGIONS = re.compile(r"^(?:us|eu|apac|jp|au|global|us-gov|ca|sa|me|af)\.(?=[a-z0-9]+\.)")


def spellings(name: str) -> Iterator[str]:
    """The names under which a model may stand in a table: as given, then without those who pass it on."""
    told = name.strip().lower()
    seen: set[str] = set()
    for one in _shorter(told):
        for spelled in (one, one.replace("@", "-"), _tuned(one)):
            if spelled and spelled not in seen:
                seen.add(spelled)
                yield spelled


def _shorter(told: str) -> Iterator[str]:
    yield told
    told = told.removeprefix("models/")
    yield told
    separator = told.find(":")
    if separator > 0 and not told.startswith("ft:") and "/" not in told[:separator]:
        yield told[separator + 1 :]  # "openai:gpt-4o"
    for _ in range(4):
        _, slash, told = told.partition("/")
        if not slash:
            break
        yield told
    bare = _REGIONS.sub("", told or "")
    if bare != told:
        yield bare


def _tuned(name: str) -> str:
    """The model beneath a tuned one: `ft:gpt-4o-2024-08-06:org::id`."""
    return ":".join(name.split(":")[:2]) if name.startswith("ft:") else ""


def facts_of(name: str) -> ModelFacts | None:
    """What the table that ships knows of a model; None where it knows nothing."""
    return shipped_limits().find(name)


def limits_here(folder: Path | None = None) -> Limits:
    """The table that holds in a folder: the project's own where there is one, else the one that ships."""
    own = (folder or Path()) / OWN
    if not own.is_file():
        return shipped_limits()
    try:
        return decoded_limits(own.read_bytes(), str(own))
    except OSError as error:
        raise ConfigError(f"cannot read {own}: {error.strerror}") from error


@cache
def shipped_limits() -> Limits:
    """The table that comes with agentprobe."""
    data = files("agentprobe.trace.facts").joinpath("limits.json").read_bytes()
    return decoded_limits(data, "limits.json")


def decoded_limits(data: bytes, where: str) -> Limits:
    """A table from its bytes; raises ConfigError when they are none."""
    try:
        table = msgspec.json.decode(data, type=Limits)
    except msgspec.MsgspecError as error:
        raise ConfigError(
            f"{where} is no table of limits: {error}; write it with 'agentprobe models refresh'"
        ) from error
    if table.agentprobe != "limits" or table.version != VERSION:
        raise ConfigError(f"{where} is no table of limits that this agentprobe reads")
    return table
