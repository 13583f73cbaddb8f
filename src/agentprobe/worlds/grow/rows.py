"""Some rows of one table on their way: who they are, and their columns as far as they are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.grow.chance import Chance, Units, Whole
from agentprobe.worlds.grow.edits import MOVED, OPERATORS
from agentprobe.worlds.grow.frames import Frame
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.grow.joined import Strings, chosen, strings
from agentprobe.worlds.grow.junk import DIRT
from agentprobe.worlds.shape.model import Field, Weighted
from agentprobe.worlds.shape.slips import TURNS

if TYPE_CHECKING:
    from agentprobe.worlds.grow.tables import TableGrower

_TRIES = 12
_TURNS = 1 << 44
"""Beyond those: what decides the values that an entity's records take turns in."""
_ELSEWHERE = 1 << 42
"""Beyond every row: what a record tells that no longer tells what its person's others do."""


class Rows:
    """A look at the rows `places` of a table; columns are made when they are asked for, and once."""

    def __init__(
        self,
        grower: TableGrower,
        places: Whole,
        *,
        who: dict[str, Whole] | None = None,
        part: tuple[Rows, npt.NDArray[np.intp]] | None = None,
    ) -> None:
        """`part` says of which other rows these are some: what is known of those is known of these."""
        self.grower, self.places = grower, places
        self.frame: Frame = grower.frame
        self._otherwise = dict(who or {})
        self._who = dict(self._otherwise)
        self._part = part
        self._numbers: dict[str, Whole] = {}
        self._once: dict[str, tuple[Whole, Whole]] = {}
        self._gathered: dict[str, Gathered] = {}
        self._plain: dict[str, Strings] = {}
        self._parts: dict[str, tuple[Gathered, ...]] = {}
        self._entities: Whole | None = None
        self._further: npt.NDArray[np.intp] | None = None

    def some(self, at: npt.NDArray[np.intp], who: dict[str, Whole] | None = None) -> Rows:
        """Some of these rows; `who` decides columns otherwise, which then are all that may be asked for."""
        return Rows(self.grower, self.places[at], who=who, part=(self, at))

    @property
    def entities(self) -> Whole:
        """Whose record each row is."""
        if self._entities is None:
            whole, at = self._part or (None, None)
            self._entities = self.frame.entities(self.places) if whole is None else whole.entities[at]
        return self._entities

    @property
    def further(self) -> npt.NDArray[np.intp]:
        """Where a row is not the first of its entity."""
        if self._further is None:
            before = self.frame.entities(np.maximum(self.places - 1, 0))
            self._further = np.flatnonzero((self.entities == before) & (self.places > 0))
        return self._further

    def chance(self, field: str) -> Chance:
        """What a column throws."""
        return self.frame.chance.at("column", field)

    def who(self, field: Field) -> Whole:
        """What decides a column: the row, or the person whose record it is."""
        given = self._who.get(field.name)
        if given is not None:
            return given
        found = self._led(field, self.entities if field.whose == "entity" else self.places)
        self._who[field.name] = found
        return found

    def numbers(self, name: str) -> Whole:
        """A column as numbers that are equal where its values are."""
        if name not in self._numbers:
            whole, at = self._part or (None, None)
            if whole is not None and name in whole._numbers and name not in self._otherwise:
                self._numbers[name] = whole._numbers[name][at]
            else:
                self._numbers[name] = self.grower.columns[name].numbers(self)
        return self._numbers[name]

    def once(self, what: str, whose: Whole, make: Callable[[Whole], Whole]) -> Whole:
        """What several columns draw alike for the same ones, drawn once."""
        known = self._once.get(what)
        if known is None or known[0] is not whose:
            known = self._once[what] = (whose, make(whose))
        return known[1]

    def gathered(self, name: str) -> Gathered:
        """A column as it would be if nobody had ever erred."""
        if name not in self._gathered:
            whole, at = self._part or (None, None)
            if whole is None or at is None or name in self._otherwise or name not in whole._gathered:
                self._gathered[name] = self.grower.columns[name].values(self)
            else:
                self._gathered[name] = whole._gathered[name].picked(at)
        return self._gathered[name]

    def plain(self, name: str) -> Strings:
        """The same, written out."""
        if name not in self._plain:
            self._plain[name] = self.gathered(name).written()
        return self._plain[name]

    def finished(self, name: str, gaps: npt.NDArray[np.bool_] | None = None) -> Strings:
        """A column as it stands in the table: with slips, moves, dirt and gaps, in its own type."""
        column = self.grower.columns[name]
        field, kind = column.field, type_of(self.grower.table.column(name))
        found = self._edited(field, self.gathered(name)) if field.edits else self.gathered(name)
        if field.junk and pa.types.is_string(found.kind):
            found = self._dirty(field, found)
        values = found.written(gaps)
        return values if values.type == kind else values.cast(kind)

    def kept(self, name: str, make: Callable[[], tuple[Gathered, ...]]) -> tuple[Gathered, ...]:
        """What several columns need, made once."""
        if name not in self._parts:
            self._parts[name] = make()
        return self._parts[name]

    def _led(self, field: Field, own: Whole) -> Whole:
        """Where the column follows another one, that one decides."""
        if not field.follows or field.sticks <= 0:
            return own
        led = self.chance(field.name).at("led").bits(self.numbers(field.follows)) >> np.uint64(20)
        return np.where(
            self.chance(field.name).at("sticks").units(own) < field.sticks,
            led.astype(np.int64) + _ELSEWHERE,
            own,
        )

    def taken(self, label: str, share: float) -> Whole:
        """What decides the slips of each record: itself, or where these recur, one of few of its entity's."""
        if share <= 0 or self.frame.parent is not None or self.frame.starts is None:
            return self.places
        chance = self.chance(label).at("recurs")
        turn = _TURNS + self.entities * TURNS + chance.at("which").below(self.places, TURNS)
        return np.where(chance.units(self.places) < share, turn, self.places)

    def _edited(self, field: Field, values: Gathered) -> Gathered:
        """Strike further records of a person with the shape's slips."""
        if self.frame.parent is not None or self.frame.starts is None or not len(self.further):
            return values
        taken = self.taken(field.name, field.recurs)
        chance = self.chance(field.name).at("slip")
        which = chosen([share for _, share in field.edits], chance.units(taken[self.further]))
        struck = which < len(field.edits)
        at, which = self.further[struck], which[struck]
        moved = np.isin(which, [number for number, (name, _) in enumerate(field.edits) if name == MOVED])
        changes = []
        if moved.any():
            elsewhere = self.some(at[moved], {field.name: taken[at[moved]] + _ELSEWHERE})
            changes.append((at[moved], elsewhere.gathered(field.name)))
        at, which = at[~moved], which[~moved]
        # Word by word: few rows are struck. Of what is no text only dates are.
        if len(at) and (pa.types.is_string(values.kind) or pa.types.is_date(values.kind)):
            changes.append((at, Gathered(self._slipped(field, values.picked(at), taken[at], which))))
        return values.changed(changes)

    def struck(
        self,
        label: str,
        edits: Weighted,
        values: Gathered,
        moved: Callable[[npt.NDArray[np.intp]], Gathered],
        *,
        taken: Whole,
        thrown: Units,
    ) -> Gathered:
        """Part of a value, with the slips of further records, decided for all rows by what was `thrown` for
        them; `moved` gives other ones for some rows."""
        if not edits or self.frame.parent is not None or self.frame.starts is None or not len(self.further):
            return values
        chance = self.chance(label).at("slip")
        which = chosen([share for _, share in edits], thrown[self.further])
        hit = which < len(edits)
        at, names = self.further[hit], [edits[number][0] for number in which[hit].tolist()]
        gone = np.asarray([name == MOVED for name in names], bool)
        left = at[~gone]
        bits = (chance.at("where").bits(taken[left]) >> np.uint64(2)).tolist()
        slips = (name for name in names if name != MOVED)
        words = map(str, values.picked(left).written().to_pylist())
        news = [OPERATORS[name](word, throw) for name, word, throw in zip(slips, words, bits, strict=True)]
        changes = [(left, Gathered(strings(news)))]
        return values.changed([(at[gone], moved(at[gone])), *changes] if gone.any() else changes)

    def _slipped(self, field: Field, values: Gathered, taken: Whole, which: Whole) -> Strings:
        bits: list[int] = (self.chance(field.name).at("where").bits(taken) >> np.uint64(2)).tolist()
        kind = values.kind
        words = [str(word) for word in values.written().cast(pa.string()).to_pylist()]
        names = [field.edits[number][0] for number in which.tolist()]
        if pa.types.is_date(kind):
            struck = [_another_day(*one) for one in zip(names, words, bits, strict=True)]
        else:
            struck = [OPERATORS[name](word, bit) for name, word, bit in zip(names, words, bits, strict=True)]
        return strings(struck).cast(kind)

    def _dirty(self, field: Field, values: Gathered) -> Gathered:
        chance = self.chance(field.name)
        which = chosen([share for _, share in field.junk], chance.at("dirt").units(self.places))
        changes = []
        for number, (name, _) in enumerate(field.junk):
            at = np.flatnonzero(which == number)
            if len(at) and name in DIRT:
                bits = chance.at("how").below(self.places[at], 1 << 30)
                changes.append((at, Gathered(DIRT[name](values.picked(at).written(), bits))))
        return values.changed(changes)


def _another_day(name: str, word: str, bits: int) -> str:
    """A date after a slip: the first of some that leaves another day, if any does."""
    news = (_day(OPERATORS[name](word, bits >> turn)) for turn in range(_TRIES))
    return next((new for new in news if new and new != word), word)


def _day(text: str) -> str:
    """The day that a slip in a date leaves; empty where it leaves none: such a column takes nothing else."""
    try:
        year, month, day = (int(part) for part in text.split("-"))
    except ValueError:
        return ""
    there = 1000 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= (28 if month == 2 else 30)
    return f"{year:04}-{month:02}-{day:02}" if there else ""
