"""The world while an ambiguity is put into it: rows to copy, chance, fresh keys, and where new rows go."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pyarrow.compute as pc

from agentprobe.basis.dice import Dice
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planting.cast import Cast
from agentprobe.worlds.planting.fresh import FreshKeys
from agentprobe.worlds.schema import Column
from agentprobe.worlds.shape.model import Category, Shape
from agentprobe.worlds.shape.store import NAME as SHAPE
from agentprobe.worlds.shape.store import read_shape

HEART, NARROW = 10, 4
"""So many of the first people, and of the first rows of any other table, are there in the smallest world as
well, so they are the same at every density."""
PART = "9000-"
"""How the names of the files begin that hold planted rows; they come after all others."""

Row = dict[str, Any]


class Unfit(Exception):
    """A world lacks what an ambiguity needs; the text says what."""


class Rows:
    """What one planting has in common: the world's hearts, its keys, and the rows added so far."""

    def __init__(self, world: WorldFolder, cast: Cast, *, seed: int, users: Sequence[str]) -> None:
        self.world = world
        self._people = cast.people.table if cast.people else ""
        self.seed = seed
        self._users = users
        self._hearts: dict[str, list[Row]] = {}
        self._keys: dict[tuple[str, str], FreshKeys] = {}
        self._shape: Shape | None = None
        self._singles: dict[tuple[str, str], set[Any]] = {}

    def heart(self, table: str) -> list[Row]:
        """The rows of a table that are the same at every density."""
        if table not in self._hearts:
            most = HEART if table == self._people else NARROW
            batches = self.world.batches(table, most=most)
            self._hearts[table] = [row for batch in batches for row in batch.to_pylist()]
        return self._hearts[table]

    def keys(self, table: str, column: str) -> FreshKeys:
        """The fresh values of a column."""
        at = (table, column)
        if at not in self._keys:
            like = [row[column] for row in self.heart(table)]
            self._keys[at] = FreshKeys(
                self.world, table, column, like=like, seed=self.seed, users=self._users
            )
        return self._keys[at]

    def words(self, table: str, column: str) -> list[str]:
        """The words of a category, the most frequent first; without a shape, those of the heart."""
        if self._shape is None and (self.world.path / SHAPE).is_file():
            self._shape = read_shape(self.world.path)
        shapes = self._shape.tables if self._shape else ()
        field = next((one.field(column) for one in shapes if one.table.name == table), None)
        if field is not None and isinstance(field.model, Category):
            return [word for word, _ in sorted(field.model.values, key=lambda one: -one[1])]
        return [str(row[column]) for row in self.heart(table) if row[column] is not None]

    def single(self, table: str, column: str, value: Any) -> Any:
        """The value, or the next one like it that neither the world nor what was planted has."""
        taken = self._singles.setdefault((table, column), set())
        while value in taken or self._has(table, column, value):
            value = value + 1 if isinstance(value, int) else _next(str(value))
        taken.add(value)
        return value

    def _has(self, table: str, column: str, value: Any) -> bool:
        batches = self.world.batches(table, [column])
        return any(pc.any(pc.equal(batch.column(0), value)).as_py() for batch in batches)


class Stage:
    """What one ambiguity is given."""

    def __init__(self, rows: Rows, cast: Cast, *, name: str, k: int) -> None:
        self.cast = cast
        self.k = k
        """How many look-alikes the target is to have."""
        self.name = name
        self.added: dict[str, list[Row]] = {}
        self._rows = rows

    @property
    def as_of(self) -> str:
        """The state of production that the world shows."""
        return self._rows.world.as_of

    def chance(self, *address: object) -> Random:
        """Chance that is the same at every density."""
        return Dice(self._rows.seed).at("ambiguity", self.name, *address)

    def shared_chance(self, *address: object) -> Random:
        """Chance that is also the same for every ambiguity."""
        return Dice(self._rows.seed).at("ambiguities", *address)

    def heart(self, table: str) -> list[Row]:
        """The rows of a table that are the same at every density."""
        return self._rows.heart(table)

    def column(self, table: str, name: str) -> Column:
        """A column of a table."""
        return self._rows.world.schema.table(table).column(name)

    def template(self, table: str, *address: object) -> Row:
        """A row to copy: one of those with the fewest gaps."""
        heart = self.heart(table)
        gaps = [sum(value is None for value in row.values()) for row in heart]
        full = [row for row, count in zip(heart, gaps, strict=True) if count == min(gaps)]
        return dict(self.chance("template", table, *address).choice(full)) if full else self._blank(table)

    def values(self, table: str, column: str) -> list[Any]:
        """A column's values at the heart, without gaps and in order."""
        return [row[column] for row in self.heart(table) if column and row[column] not in (None, "")]

    def words(self, table: str, column: str) -> list[str]:
        """The words of a category, the same at every density."""
        return self._rows.words(table, column) if column else []

    def add(self, table: str, row: Mapping[str, Any], *, key: str = "") -> Row:
        """Add a row with a fresh key, and fresh values where a column's values stand once."""
        new = dict(row)
        place = len(self.added.setdefault(table, []))
        if key:
            new[key] = self._rows.keys(table, key).take(self.name, place)
        for column in sorted(self._once(table) - {key}):
            if new.get(column) is not None:
                new[column] = self._rows.single(table, column, new[column])
        self.added[table].append(new)
        return new

    def once(self, table: str, column: str) -> bool:
        """Do a column's values stand once?"""
        return column in self._once(table)

    def _once(self, table: str) -> set[str]:
        found = self._rows.world.schema.table(table)
        return {columns[0] for columns in found.unique if len(columns) == 1}

    def _blank(self, table: str) -> Row:
        return {column.name: None for column in self._rows.world.schema.table(table).columns}


def _next(text: str) -> str:
    """The text with its last number one higher; an address's provider is left as it is."""
    name, sign, provider = text.partition("@")
    found = re.search(r"\d+(?=\D*$)", name)
    if found is None:
        return f"{name}2{sign}{provider}"
    higher = str(int(found[0]) + 1).zfill(len(found[0]))
    return f"{name[: found.start()]}{higher}{name[found.end() :]}{sign}{provider}"
