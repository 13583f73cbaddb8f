"""The treatments of one snapshot: found by looking, one for each role."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pyarrow as pa

from agentprobe.worlds.calendars.moving import is_of_events, moved_column, moves_here
from agentprobe.worlds.calendars.vocabulary import has_words, understood
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.dates import Dates
from agentprobe.worlds.sanitise.json_fields import JsonFields
from agentprobe.worlds.sanitise.left_out import LEFT_OUT, constant_of, is_constant
from agentprobe.worlds.sanitise.phones import Phones
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.sanitise.treatment import Treatment
from agentprobe.worlds.sanitise.words import Words
from agentprobe.worlds.sanitise.words.levels import Level
from agentprobe.worlds.schema import Column, Table

_HERE = "agentprobe.worlds.sanitise"


class Treatments:
    """Everything that replaces values; it learns, settles and maps whole batches."""

    def __init__(
        self,
        setting: Setting,
        *,
        dial: Mapping[str, Level] | None = None,
        default: Level = Level.M5,
        kept: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        """`kept` names columns, by table and name, whose values stay as they are."""
        self.words = Words(dial or {}, default)
        self._kept = kept
        self._all: list[Treatment] = [self.words]
        self._all += [_made(kind, setting, self.words) for kind in found() if kind is not Words]
        self.by_role: dict[Role, Treatment] = {role: one for one in self._all for role in one.roles}
        for one in self._all:
            if isinstance(one, JsonFields):
                one.attach(self.by_role)
            elif isinstance(one, Dates):
                self.words.attach(moves=one.moves)
                self._dates = one
            elif isinstance(one, Phones):
                self.words.attach(phones=one)

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """See a batch of the first pass."""
        for one in self._all:
            one.learn(table, batch)

    def settle(self, key: Key) -> None:
        """Decide every pseudonym that can be decided now."""
        for one in self._all:
            one.settle(key)

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The values that stand in the world instead of a column's."""
        if is_constant(column):
            return constant_of(column, batch.num_rows)
        if column.role in LEFT_OUT:
            raise ValueError(f"the column {table.name}.{column.name} is left out")
        if (table.name, column.name) in self._kept:
            return batch.column(column.name)
        if is_of_events(table) and moves_here(column):
            days = self._dates.moves(table, batch)
            if days is not None:
                return moved_column(column.name, batch, days)
        mapped = self.by_role[column.role].map(table, column, batch)
        if column.role is Role.CATEGORY and has_words(table, column):
            return understood(column, batch.column(column.name), mapped)
        return mapped


@cache
def found() -> tuple[type[Any], ...]:
    """Every class in this room, or in a room's `treatment.py`, that says which roles it treats.

    Raises RuntimeError where two treat one role.
    """
    kinds = tuple(sorted(set(_classes()), key=lambda kind: (kind.__module__, kind.__qualname__)))
    taken = [role for kind in kinds for role in kind.roles]
    if twice := {role for role in taken if taken.count(role) > 1}:
        raise RuntimeError(f"more than one treatment for {', '.join(sorted(twice))}")
    return kinds


def _classes() -> Iterator[type[Any]]:
    for name in _modules():
        for value in vars(import_module(name)).values():
            if isinstance(value, type) and value.__module__.startswith(name) and _treats(value):
                yield value


def _modules() -> Iterator[str]:
    """Every module of this room, and the treatment of each other room that has one."""
    here = import_module(_HERE)
    yield from (one.name for one in pkgutil.iter_modules(here.__path__, f"{_HERE}.") if one.name != __name__)
    worlds = import_module(_HERE.rpartition(".")[0])
    for room in pkgutil.iter_modules(worlds.__path__, f"{worlds.__name__}."):
        if room.ispkg and room.name != _HERE and find_spec(f"{room.name}.treatment"):
            yield f"{room.name}.treatment"


def _treats(kind: type[Any]) -> bool:
    return bool(getattr(kind, "roles", ())) and all(
        hasattr(kind, name) for name in ("learn", "settle", "map")
    )


def _made(kind: type[Any], setting: Setting, words: Words) -> Treatment:
    one: Treatment = kind.of(setting, words) if hasattr(kind, "of") else kind()
    return one
