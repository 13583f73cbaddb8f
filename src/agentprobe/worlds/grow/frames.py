"""Which rows there are: how many each table has, which row each refers to, and whose record it is.

Everything is a function of the row's place, and a row refers only to rows that are there in every world in
which the row itself is: so the world of n rows is the beginning of that of 10 n.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from agentprobe.errors import ConfigError
from agentprobe.worlds.grow.chance import Chance, Whole
from agentprobe.worlds.grow.joined import chosen
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.schema import ForeignKey, Table
from agentprobe.worlds.shape.model import Shape, TableShape

MOST = 10_000_000
_PIECE = 1 << 20


@dataclass
class Frame:
    """The rows of one table."""

    shape: TableShape
    chance: Chance
    rows: int
    parent: Frame | None = None
    """The table whose rows these rows belong to."""
    by: ForeignKey | None = None
    """The reference to it."""
    starts: Whole | None = None
    """Of each parent's row (or each entity): the first of its rows; one more at the end."""
    needed: Whole | None = None
    """Of a table that grows otherwise than the main one: how many rows of that each of its rows needs."""
    ratio: tuple[int, int] = (1, 1)
    """Of a table without parent: its rows for so many of the main table's."""
    others: dict[tuple[str, ...], Frame] = field(default_factory=dict)
    """The tables that its other references lead to, by the columns."""

    def owners(self, places: Whole) -> Whole:
        """The parent's row, or the entity, that each row belongs to."""
        if self.starts is None:
            return places
        if len(places) > 1 and places[-1] < self.starts[-1] and (np.diff(places) == 1).all():
            return self._owners_of_a_piece(int(places[0]), int(places[-1]) + 1)
        return np.searchsorted(self.starts, places, side="right").astype(np.int64) - 1

    def _owners_of_a_piece(self, first: int, stop: int) -> Whole:
        """The same for rows that follow each other, without looking for each."""
        assert self.starts is not None
        low, high = (int(np.searchsorted(self.starts, place, side="right")) for place in (first, stop - 1))
        ends = np.clip(self.starts[low - 1 : high + 1], first, stop)
        return np.repeat(np.arange(low - 1, high), np.diff(ends))

    def ordinals(self, places: Whole) -> Whole:
        """The place of each row among those of its owner."""
        return places if self.starts is None else places - self.starts[self.owners(places)]

    def entities(self, places: Whole) -> Whole:
        """Whose record each row is; rows of child tables are their own."""
        return self.owners(places) if self.parent is None else places

    def roots(self, places: Whole) -> Whole:
        """The row of the main table with which each row comes into the world."""
        if self.parent is not None:
            return self.parent.roots(self.owners(places))
        if self.needed is not None:
            return self.needed[places] - 1
        many, main = self.ratio
        return places * main // many

    def until(self, roots: Whole) -> Whole:
        """How many rows there are in the world that ends with these rows of the main table."""
        if self.needed is not None:
            return np.searchsorted(self.needed, roots + 1, side="right").astype(np.int64)
        if self.parent is None or self.starts is None:
            many, main = self.ratio
            return ((roots + 1) * many + main - 1) // main
        return self.starts[self.parent.until(roots)]

    def referred(self, columns: tuple[str, ...], places: Whole) -> Whole:
        """The row of another table that each row refers to; -1 for none."""
        if self.by is not None and columns == self.by.columns:
            return self.owners(places)
        target, chance = self.others[columns], self.chance.at("refers", *columns)
        room = places if target is self else target.until(self.roots(places))
        found = _spread(places, room, chance, self._popular(columns))
        return np.where(room > 0, found, -1)

    def _popular(self, columns: tuple[str, ...]) -> Measure | None:
        fan = next((fan for fan in self.shape.fans if fan.columns == columns), None)
        return None if fan is None or fan.popular is None else Measure.of(fan.popular)


def _spread(places: Whole, room: Whole, chance: Chance, popular: Measure | None) -> Whole:
    """Rows among the first `room`: half of them evenly, half by how popular a row is."""
    evenly = chance.at("evenly").below(places, room)
    if popular is None:
        return evenly
    width = np.left_shift(np.int64(1), np.maximum(np.frexp(np.maximum(room, 1).astype(float))[1] - 1, 0))
    number = popular.draw(chance.at("which").units(places))
    favourite = chance.at("favourite").bits(number) % width.astype(np.uint64)
    return np.where(chance.at("how").units(places) < 0.5, evenly, favourite.astype(np.int64))


def frames(shape: Shape, rows: int, seed: int) -> dict[str, Frame]:
    """Lay out every table for so many rows of the main one; raises ConfigError where there is no table."""
    if not shape.root:
        raise ConfigError(f"the shape '{shape.name}' has no table to grow")
    main = shape.table(shape.root)
    chance = Chance.of(seed)
    found: dict[str, Frame] = {}
    for table in shape.schema.parents_first():
        one = shape.table(table.name)
        by = _belongs(table, found)
        branch = chance.at("table", table.name)
        if by is None:
            found[table.name] = _root(one, main, rows, branch)
        else:
            found[table.name] = _child(one, by, found[by.table], branch)
    for frame in found.values():
        for reference in frame.shape.table.references:
            if reference is not frame.by and reference.table in found:
                frame.others[reference.columns] = found[reference.table]
    return found


def _belongs(table: Table, placed: dict[str, Frame]) -> ForeignKey | None:
    """The reference that decides how many rows there are: to the largest table laid out already."""
    known = [one for one in table.references if one.table in placed and one.table != table.name]
    return max(known, key=lambda one: placed[one.table].shape.rows, default=None)


def _root(one: TableShape, main: TableShape, rows: int, chance: Chance) -> Frame:
    """A table that belongs to no other; one that was empty stays empty."""
    if one.power != 1 and one is not main and one.rows and main.rows:
        needed = _needed(one, main, rows)
        return Frame(one, chance, len(needed), needed=needed)
    ratio = (1, 1) if one is main or not main.rows else (one.rows, main.rows)
    frame = Frame(one, chance, -(-rows * ratio[0] // ratio[1]), ratio=ratio)
    if any(size > 1 for size, _ in one.records):
        frame.starts = _starts(one.records, chance.at("records"), most=frame.rows, least=1)
    return frame


def _needed(one: TableShape, main: TableShape, rows: int) -> Whole:
    """For each row of a table, with how many of the main one it comes; one is there from the first on."""
    most = int(one.rows * (rows / main.rows) ** one.power) + 2
    share = (np.arange(most) / one.rows) ** (1 / one.power)
    needed = np.maximum(np.ceil(np.round(share * main.rows, 6)), 1).astype(np.int64)
    return needed[needed <= rows]


def _child(one: TableShape, by: ForeignKey, parent: Frame, chance: Chance) -> Frame:
    fan = next((fan for fan in one.fans if fan.columns == by.columns), None)
    sizes = fan.sizes if fan is not None else ((1.0, 1.0),)
    sizes = sizes if one.rows else ((0.0, 1.0),)
    starts = _starts(
        sizes, chance.at("fan"), owners=parent.rows, empty=fan.empty if fan else 0.0, some=bool(one.rows)
    )
    return Frame(one, chance, int(starts[-1]), parent=parent, by=by, starts=starts)


def _starts(
    sizes: tuple[tuple[float, float], ...],
    chance: Chance,
    *,
    owners: int | None = None,
    most: int = 0,
    least: int = 0,
    empty: float = 0.0,
    some: bool = True,
) -> Whole:
    """Where the rows of each owner begin: for a number of owners, or until there are rows enough.

    With `some` the first owner has a row, so that the table is not empty and references have where to lead.
    """
    many = np.asarray([size for size, _ in sizes], np.float64) / (1 - min(empty, 0.99))
    shares = [share for _, share in sizes]
    ends, done, first = [np.zeros(1, np.int64)], 0, 0
    while (owners is not None and first < owners) or (owners is None and done < most):
        stop = first + _PIECE if owners is None else min(first + _PIECE, owners)
        places = np.arange(first, stop)
        drawn = many[np.minimum(chosen(shares, chance.units(places)), len(many) - 1)]
        whole = np.floor(drawn + chance.at("rest").units(places)).astype(np.int64)
        whole = np.maximum(whole, least)
        if first == 0 and some:
            whole[0] = max(whole[0], 1)
        found = done + np.cumsum(whole)
        ends.append(found)
        done, first = int(found[-1]), stop
    return np.concatenate(ends)


def evenly(rows: int, piece: int) -> list[tuple[int, int]]:
    """Cut rows into pieces."""
    return [(start, min(start + piece, rows)) for start in range(0, rows, piece)]
