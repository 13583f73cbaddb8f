"""What a change of dependencies changes in what a program does where it says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from agentprobe.scan.defaults import Default, shipped
from agentprobe.scan.defaults.table import words_for
from agentprobe.scan.locks import read_packages

_NAMES = {
    "timeout": "timeout",
    "attempts": "attempts",
    "steps": "limit of steps",
    "temperature": "temperature",
    "cap": "cap",
}
_LOOSER = 4
"""A limit that grows by so many times is told as a hazard."""


class DefaultChanged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One default that is another one after the change."""

    setting: str
    parameter: str
    old: str
    new: str
    source: str
    hazard: bool = False
    """Is it much looser than before, or gone?"""

    @property
    def words(self) -> str:
        """It as a sentence: "recursion_limit 25 steps -> 10,007 steps"."""
        return f"{self.parameter or _NAMES[self.setting]} {self.old} -> {self.new}"


class Changed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One package that is at another version, or new, or gone."""

    package: str
    old: str = ""
    """Its version before; "" where it was not there."""
    new: str = ""
    defaults: tuple[DefaultChanged, ...] = ()

    @property
    def words(self) -> str:
        """It as a line: "langgraph 1.0.5 -> 1.2.24: recursion_limit 25 steps -> 10,007 steps"."""
        head = f"{self.package} {self.old or 'not there'} -> {self.new or 'gone'}"
        return f"{head}: {'; '.join(one.words for one in self.defaults)}" if self.defaults else head


def lock_diff(old: Path, new: Path) -> tuple[Changed, ...]:
    """The packages of models and agents that differ between two lock files, with the defaults that change.

    Any of the formats that are known may stand on either side; raises ConfigError for a file that is none.
    """
    before = {one.name: one.version for one in read_packages(old)}
    after = {one.name: one.version for one in read_packages(new)}
    found = [
        Changed(
            package=name,
            old=before.get(name, ""),
            new=after.get(name, ""),
            defaults=tuple(_defaults(name, before, after)) if name in before and name in after else (),
        )
        for name in sorted(shipped().by_package)
        if (name in before or name in after)
    ]
    return tuple(one for one in found if one.old != one.new or one.defaults)


def _defaults(name: str, before: dict[str, str], after: dict[str, str]) -> Iterator[DefaultChanged]:
    table = shipped()
    kinds = {(row.setting, row.of) for row in table.by_package[name]}
    for setting, of in sorted(kinds):
        way = of[0] if of else ""
        first, second = _holding(name, setting, way, before), _holding(name, setting, way, after)
        if first is None or second is None or (first.value, first.none) == (second.value, second.none):
            continue
        yield DefaultChanged(
            setting=setting,
            parameter=second.parameter or first.parameter,
            old=first.none or words_for(setting, first.value),
            new=second.none or words_for(setting, second.value),
            source=second.source,
            hazard=_looser(first, second),
        )


def _holding(name: str, setting: str, way: str, versions: dict[str, str], depth: int = 0) -> Default | None:
    """The row that holds for a package at its locked version; that of another package where it says so."""
    row = shipped().find(name, setting, version=versions.get(name, ""), way=way)
    if row is None or not row.like or depth > 2:
        return row
    return _holding(row.like, setting, way, versions, depth + 1)


def _looser(first: Default, second: Default) -> bool:
    if first.value is None:
        return False
    return second.value is None or second.value >= first.value * _LOOSER
