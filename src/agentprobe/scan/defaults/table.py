"""The table of defaults: which holds for a package at a version."""

from __future__ import annotations

import tomllib
from functools import cache, cached_property
from importlib.resources import files

import msgspec
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version


class Default(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one package does about one setting, in a range of its versions."""

    package: str
    setting: str
    """timeout (seconds), attempts (the first and its retries), steps, temperature, cap (tokens)."""
    source: str
    """Where it stands in the package's code, and in which versions it was read."""
    versions: str = ""
    of: tuple[str, ...] = ()
    """The ways of calling it that it is for; none: all others."""
    value: float | None = None
    none: str = ""
    """What it means that there is none: "no deadline", "no limit", "the provider's"."""
    like: str = ""
    """The package whose default holds instead."""
    parameter: str = ""
    """What the package calls it."""
    environment: str = ""
    """A variable that sets it from outside."""
    look: str = ""
    """Where a test looks it up in the installed package: `module:name`, `module:function(parameter)` or
    `module:Class[field]`."""
    more: int = 0
    """What is added to what stands there to come to `value`."""

    def holds(self, version: str) -> bool:
        """Does it hold for this version? Of an unknown one: for the newest."""
        if not self.versions:
            return True
        if not version:
            return "<" not in self.versions
        try:
            return SpecifierSet(self.versions).contains(Version(version), prereleases=True)
        except InvalidVersion:
            return "<" not in self.versions

    @property
    def words(self) -> str:
        """What it is: "600 s", "25 steps", "no limit"."""
        return self.none or words_for(self.setting, self.value)


class Defaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """All rows, as somebody read them on one day."""

    date: str
    default: tuple[Default, ...]

    @cached_property
    def by_package(self) -> dict[str, tuple[Default, ...]]:
        """The rows of each package."""
        found: dict[str, list[Default]] = {}
        for row in self.default:
            found.setdefault(row.package, []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    def rows(self, package: str, setting: str, way: str = "") -> tuple[Default, ...]:
        """All rows for a setting of a package; those made for this way of calling it go before others."""
        every = [row for row in self.by_package.get(package, ()) if row.setting == setting]
        special = tuple(row for row in every if way and way in row.of)
        return special or tuple(row for row in every if not row.of)

    def find(self, package: str, setting: str, *, version: str = "", way: str = "") -> Default | None:
        """The row that holds for a version; the newest where it is unknown; `like` is not followed."""
        return next((row for row in self.rows(package, setting, way) if row.holds(version)), None)


@cache
def shipped() -> Defaults:
    """The table that comes with agentprobe."""
    raw = files("agentprobe.scan.defaults").joinpath("defaults.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw), Defaults)


def words_for(setting: str, value: float | None) -> str:
    """A setting's value as people say it."""
    if value is None:
        return "none"
    number = f"{value:,.0f}" if float(value).is_integer() and setting != "temperature" else f"{value:g}"
    unit = {"timeout": " s", "attempts": " attempts", "steps": " steps", "cap": " tokens"}.get(setting, "")
    return f"{number}{unit.removesuffix('s') if unit in (' attempts', ' steps') and value == 1 else unit}"
