"""Names of people, places and things."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.grow.chance import Chance, Units, Whole
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.edits import MOVED
from agentprobe.worlds.grow.gathered import Gathered, by_group
from agentprobe.worlds.grow.joined import Strings, between, chosen, joined, picked, strings
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.grow.remembered import Remembered
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.grow.spelling import speller
from agentprobe.worlds.roles import Role
from agentprobe.worlds.shape.arrays import pc
from agentprobe.worlds.shape.model import FullName, TableShape, Weighted, Words

_TITLES = ("Dr", "Prof", "Mr", "Mrs", "Ms")
_MORE = ("second", "third", "fourth")
_OTHERS = 1 << 20


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
        full, chance = self._full, rows.chance(self.field.name)
        taken = rows.taken(self.field.name, full.recurs)
        given, surname = self._struck(rows, taken)
        forms = full.forms
        units = chance.at("form").units(rows.who(self.field))
        if full.reforms:
            anew = chance.at("reformed").units(taken) < full.reforms
            anew &= np.isin(np.arange(len(anew)), rows.further)
            units = np.where(anew, chance.at("another form").units(taken), units)
        which = np.minimum(chosen([share for _, share in forms], units), len(forms) - 1)
        others = rows.chance(self.field.name).at("more").below(rows.who(self.field), _OTHERS)

        def make(group: int, at: npt.NDArray[np.intp]) -> Gathered:
            first, last = given.picked(at), surname.picked(at)
            form = forms[group][0]
            more = {name: self._more(rows, at, name) for name in _MORE if f"{{{name}}}" in form}
            return Gathered(filled(form, first, last, others[at], more, self._titles))

        return by_group(which, make, pa.string())

    def _struck(self, rows: Rows, taken: Whole) -> tuple[Gathered, Gathered]:
        """Both names with the slips of further records; one throw decides both, so that they are struck
        together as often as the shape says."""
        full, name = self._full, self.field.name
        given, surname = self.parts(rows)
        thrown = rows.chance(name).at("slip").units(taken)
        later = self._later(rows.chance(name).at("both").units(taken))
        given = rows.struck(
            f"{name}/given",
            _moved_last(full.given_edits),
            given,
            self._elsewhere(rows, taken, 0),
            taken=taken,
            thrown=thrown,
        )
        surname = rows.struck(
            f"{name}/surname",
            _moved_last(full.surname_edits)[::-1],
            surname,
            self._elsewhere(rows, taken, 1),
            taken=taken,
            thrown=(thrown + later) % 1.0,
        )
        if full.turned <= 0 or not len(rows.further):
            return given, surname
        at = rows.further[rows.chance(name).at("turned").units(taken[rows.further]) < full.turned]
        one, other = given.picked(at), surname.picked(at)
        return given.changed([(at, other)]), surname.changed([(at, one)])

    def _later(self, units: Units) -> Units:
        """By how much another part of the throws strikes surnames, so that of records of which both names are
        struck the right share has two other names.

        Given names take other ones at the end of their part, surnames at its beginning: either these ends
        meet, or the slips at the other ends.
        """
        full = self._full
        given, surname = (dict(edits) for edits in (full.given_edits, full.surname_edits))
        ends = min(given.get(MOVED, 0.0), surname.get(MOVED, 0.0), full.both)
        meet = units < full.both_moved / max(ends, 1e-9)
        apart = sum(given.values()) - full.both
        return np.where(meet, -max(apart, 0.0), max(sum(surname.values()) - full.both, 0.0))

    def _elsewhere(self, rows: Rows, taken: Whole, part: int) -> Callable[[npt.NDArray[np.intp]], Gathered]:
        """Other names, for records that no longer tell what their person's others do."""
        chance = rows.chance(self.field.name).at("elsewhere", part)
        measure, words = self._measures[part], self._spellers[part]
        new = (self._full.surname if part else self._full.given).spectrum.unseen
        known = 1 - new if new < 1 else 1.0
        return lambda at: words.spelled(measure.draw(chance.units(taken[at]) * known))

    @cached_property
    def _titles(self) -> tuple[Strings, list[float]]:
        told = self._full.titles or tuple((title, 1 / len(_TITLES)) for title in _TITLES)
        return strings([title for title, _ in told]), [share for _, share in told]

    @cached_property
    def _between(self) -> tuple[Measure, Remembered]:
        """What draws and spells words between both names: given ones, where the shape knows no others."""
        if self._full.between is None:
            return self._measures[0], self._spellers[0]
        return Measure.of(self._full.between.spectrum), remembered(
            self._full.between, self.world.at("between", self.shape.table.name, self.field.name)
        )

    def _more(self, rows: Rows, at: npt.NDArray[np.intp], which: str) -> Gathered:
        """Words between both names: the same ones in all records of a person."""
        measure, words = self._between
        units = rows.chance(self.field.name).at(which).units(rows.who(self.field)[at])
        return words.spelled(measure.draw(units))

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


def filled(
    form: str,
    given: Gathered,
    surname: Gathered,
    others: Whole,
    more: dict[str, Gathered],
    titles: tuple[Strings, list[float]],
) -> Strings:
    """A form with the names in it; of the titles each has its share."""
    parts: list[Strings | str] = []
    known: dict[str, Callable[[], Strings]] = {
        "given": given.written,
        "surname": surname.written,
        "initial": lambda: pc.utf8_slice_codeunits(given.written(), 0, 1),
        "middle": lambda: picked(strings([chr(65 + number) for number in range(26)]), others % 26),
        "title": lambda: picked(titles[0], _chosen(titles[1], others)),
        **{name: words.written for name, words in more.items()},
    }
    rest = form
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        parts += [before, known[name]()]
    return joined(*parts, rest)


def _moved_last(edits: Weighted) -> Weighted:
    """Who has another given name has another surname as well, sooner than who has a slip in it."""
    return tuple(sorted(edits, key=lambda one: one[0] == MOVED))


def _chosen(shares: list[float], others: Whole) -> Whole:
    found: Whole = np.minimum(chosen(shares, (others + 0.5) / _OTHERS), len(shares) - 1)
    return found


def cased(words: Strings, case: str) -> Strings:
    """Words in capitals, without any, or as they are."""
    turns = {"upper": pc.utf8_upper, "lower": pc.utf8_lower}
    found: Strings = turns[case](words) if case in turns else words
    return found


def remembered(words: Words, chance: Chance) -> Remembered:
    """What spells words in their case."""
    spell = speller(words, chance).spelled
    return Remembered(spell if words.lexicon else lambda numbers: cased(spell(numbers), words.case))
