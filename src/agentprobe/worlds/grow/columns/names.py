"""Names of people, places and things."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.grow.chance import Chance, Whole
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.gathered import Gathered, by_group
from agentprobe.worlds.grow.joined import Strings, between, chosen, joined, picked, strings
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.grow.remembered import Remembered
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.grow.spelling import speller
from agentprobe.worlds.roles import Role
from agentprobe.worlds.shape.arrays import pc
from agentprobe.worlds.shape.model import FullName, TableShape, Words

_TITLES = ("Dr", "Prof", "Mr", "Mrs", "Ms")


class Names(ColumnGrower):
    """One name a value."""

    @cached_property
    def _words(self) -> Words:
        assert isinstance(self.field.model, Words)
        return self.field.model

    @cached_property
    def _measure(self) -> Measure:
        return Measure.of(self._words.spectrum)

    @cached_property
    def _speller(self) -> Remembered:
        own = self.world.at("of", self.shape.table.name, self.field.name)
        return remembered(self._words, own if self._words.lexicon else self.world)

    def numbers(self, rows: Rows) -> Whole:
        """Which word each row has."""
        who = rows.who(self.field)
        if self.column.role in (Role.GIVEN_NAME, Role.SURNAME):
            who = paired(self.shape, rows, who)
        chance = rows.chance(self.field.name).at("word")
        if self._words.lexicon:
            return self._measure.draw_evenly(who, chance)
        return self._measure.draw(chance.units(who))

    def values(self, rows: Rows) -> Gathered:
        """The words, in the column's case."""
        found = self._speller.spelled(rows.numbers(self.field.name))
        if self._words.numbered <= 0:
            return found
        chance = rows.chance(self.field.name)
        who = rows.who(self.field)
        at = np.flatnonzero(chance.at("numbered").units(who) < self._words.numbered)
        units = chance.at("house").units(who[at])
        if self._words.moves and rows.frame.parent is None and rows.frame.starts is not None:
            moved = chance.at("moves").units(rows.places[at]) < self._words.moves
            moved &= np.isin(at, rows.further)
            units = np.where(moved, chance.at("another house").units(rows.places[at]), units)
        knots = np.asarray(self._words.houses)
        numbers = between(knots, units) if len(knots) else 1 + 250 * units * units * units
        house = np.floor(numbers).astype(np.int64)
        before = Gathered(strings([""]), np.zeros(len(who), np.int64))
        before = before.changed([(at, Gathered(joined(pa.array(house).cast(pa.string()), " ")))])
        return Gathered(joined(before.written(), found.written()))


class FullNames(ColumnGrower):
    """A given name and a surname in one value."""

    @cached_property
    def _full(self) -> FullName:
        assert isinstance(self.field.model, FullName)
        return self.field.model

    @cached_property
    def _measures(self) -> tuple[Measure, Measure]:
        return Measure.of(self._full.given.spectrum), Measure.of(self._full.surname.spectrum)

    @cached_property
    def _spellers(self) -> tuple[Remembered, Remembered]:
        return remembered(self._full.given, self.world), remembered(self._full.surname, self.world)

    def numbers(self, rows: Rows) -> Whole:
        """Which surname each row has."""
        chance, who = rows.chance(self.field.name), self._who(rows)
        if self._full.surname.lexicon:
            return self._measures[1].draw_evenly(who, chance.at("surname"))
        return self._measures[1].draw(chance.at("surname").units(who))

    def parts(self, rows: Rows) -> tuple[Gathered, ...]:
        """The given names and the surnames."""
        return rows.kept(self.field.name, lambda: self._made(rows))

    def _made(self, rows: Rows) -> tuple[Gathered, ...]:
        chance, who = rows.chance(self.field.name), self._who(rows)
        if self._full.given.lexicon:
            given = self._measures[0].draw_evenly(who, chance.at("given"))
        else:
            given = self._measures[0].draw(chance.at("given").units(who))
        return self._spellers[0].spelled(given), self._spellers[1].spelled(rows.numbers(self.field.name))

    def values(self, rows: Rows) -> Gathered:
        """The names put together in the forms that the shape tells."""
        given, surname = self.parts(rows)
        given = rows.struck(
            f"{self.field.name}/given", self._full.given_edits, given, self._elsewhere(rows, 0)
        )
        surname = rows.struck(
            f"{self.field.name}/surname", self._full.surname_edits, surname, self._elsewhere(rows, 1)
        )
        forms = self._full.forms
        units = rows.chance(self.field.name).at("form").units(rows.who(self.field))
        if self._full.reforms:
            anew = rows.chance(self.field.name).at("reformed").units(rows.places) < self._full.reforms
            anew &= np.isin(np.arange(len(anew)), rows.further)
            another = rows.chance(self.field.name).at("another form").units(rows.places)
            units = np.where(anew, another, units)
        which = np.minimum(chosen([share for _, share in forms], units), len(forms) - 1)
        others = rows.chance(self.field.name).at("more").below(rows.who(self.field), 1 << 20)

        def make(group: int, at: npt.NDArray[np.intp]) -> Gathered:
            first, last = given.picked(at), surname.picked(at)
            second = self._second(rows, at) if "{second}" in forms[group][0] else first
            return Gathered(filled(forms[group][0], first, last, others[at], second))

        return by_group(which, make, pa.string())

    def _elsewhere(self, rows: Rows, part: int) -> Callable[[npt.NDArray[np.intp]], Gathered]:
        """Other names, for records that no longer tell what their person's others do."""
        chance = rows.chance(self.field.name).at("elsewhere", part)
        return lambda at: self._spellers[part].spelled(
            self._measures[part].draw(chance.units(rows.places[at]))
        )

    def _second(self, rows: Rows, at: npt.NDArray[np.intp]) -> Gathered:
        """Other given names, for who has two."""
        units = rows.chance(self.field.name).at("second").units(rows.who(self.field)[at])
        return self._spellers[0].spelled(self._measures[0].draw(units))

    def _who(self, rows: Rows) -> Whole:
        return paired(self.shape, rows, rows.who(self.field))


def paired(shape: TableShape, rows: Rows, who: Whole) -> Whole:
    """Let some people share their pair of names beyond chance, as relations and namesakes do."""
    if shape.pairs is None or shape.reuse <= 0:
        return who
    spectrum, chance, reuse = shape.pairs, rows.frame.chance, shape.reuse

    def made(who: Whole) -> Whole:
        at = np.flatnonzero(chance.at("shares a pair").units(who) < reuse)
        found = who.copy()
        found[at] = Measure.of(spectrum).draw(chance.at("pair").units(who[at])) + (1 << 52)
        return found

    return rows.once("pair", who, made)


def filled(form: str, given: Gathered, surname: Gathered, others: Whole, second: Gathered) -> Strings:
    """A form with the names in it."""
    parts: list[Strings | str] = []
    known: dict[str, Callable[[], Strings]] = {
        "given": given.written,
        "surname": surname.written,
        "second": second.written,
        "initial": lambda: pc.utf8_slice_codeunits(given.written(), 0, 1),
        "middle": lambda: picked(strings([chr(65 + number) for number in range(26)]), others % 26),
        "title": lambda: picked(strings(_TITLES), others % len(_TITLES)),
    }
    rest = form
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        parts += [before, known[name]()]
    return joined(*parts, rest)


def cased(words: Strings, case: str) -> Strings:
    """Words in capitals, without any, or as they are."""
    turns = {"upper": pc.utf8_upper, "lower": pc.utf8_lower}
    found: Strings = turns[case](words) if case in turns else words
    return found


def remembered(words: Words, chance: Chance) -> Remembered:
    """What spells words in their case."""
    spell = speller(words, chance).spelled
    return Remembered(spell if words.lexicon else lambda numbers: cased(spell(numbers), words.case))
