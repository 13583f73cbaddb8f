"""What a value looks like: the number of a word becomes a common word by heart, or one composed of
morphemes.

A number always gives the same word of a seed. How composed words share their beginnings, and how many of
them are one edit away from a commoner word, is the shape's.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.grow.chance import Chance, Whole
from agentprobe.worlds.grow.edits import OPERATORS
from agentprobe.worlds.grow.gathered import Gathered, by_group
from agentprobe.worlds.grow.joined import Strings, joined, picked, replaced, strings
from agentprobe.worlds.grow.lexicon import Told
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.grow.vocabulary import Vocabulary, vocabulary
from agentprobe.worlds.shape.model import Words
from agentprobe.worlds.shape.spectrum import Spectrum

_PREFIXES = Spectrum(discount=0.3, strength=25.0)
"""Where the shape does not say how words share their beginnings."""
_LINKS = (
    "",
    "a",
    "e",
    "o",
    "i",
    "er",
    "en",
    "ar",
    "an",
    "el",
    "or",
    "in",
    "on",
    "al",
    "ri",
    "la",
    "ne",
    "mo",
    "ta",
)
_MIDDLES = (
    "",
    *(f"{a}{b}" for a in "lmnrtdvsbgkcpfz" for b in ("a", "e", "i", "o", "u", "ar", "en", "il", "or")),
)
_VARIANTS = ("substitute", "insert", "delete", "transpose", "sound")


def speller(words: Words, chance: Chance) -> Told | Speller:
    """What spells the words of a column: by the made-up ones of its shape, else by a vocabulary."""
    return Told(words, chance) if words.lexicon else Speller(words, chance)


class Speller:
    """Spells the words of one kind for one seed."""

    def __init__(self, words: Words, chance: Chance) -> None:
        self.words = words
        self._kind: Vocabulary = vocabulary(words.vocabulary)
        self._chance = chance.at("spelling", words.vocabulary)

    def spelled(self, numbers: Whole) -> Strings:
        """The words of these numbers."""
        common = len(self._kind.common)
        groups = np.where(numbers < common, 0, 1)
        if self.words.variants > 0:
            groups = np.where(self._is_varied(numbers), 2, groups)

        def make(group: int, rows: npt.NDArray[np.intp]) -> Gathered:
            if group == 0:
                return Gathered(self._common, numbers[rows])
            return Gathered(self._composed(numbers[rows]) if group == 1 else self._varied(numbers[rows]))

        return by_group(groups, make, pa.string()).written()

    @cached_property
    def _common(self) -> Strings:
        return strings(self._kind.common)

    def _commoner(self, numbers: Whole) -> Whole:
        """A commoner word for each, as often as it stands: who is often written is often misspelled."""
        drawn = self._measure.draw(self._chance.at("like").units(numbers))
        units = self._chance.at("any").units(numbers)
        found = np.where(drawn < numbers, drawn, np.floor(numbers * units).astype(np.int64))
        plain = np.floor(len(self._kind.common) // 2 * units).astype(np.int64)
        return np.where(self._is_varied(found), plain, found)

    def _is_varied(self, numbers: Whole) -> npt.NDArray[np.bool_]:
        """Is the word one edit away from a commoner one? The commonest never are."""
        varied = self._chance.at("varied").units(numbers) < self.words.variants
        return varied & (numbers >= len(self._kind.common) // 2)

    @cached_property
    def _measure(self) -> Measure:
        return Measure.of(self.words.spectrum)

    @cached_property
    def _prefixes(self) -> Measure:
        return Measure.of(self.words.prefixes or _PREFIXES)

    @cached_property
    def _parts(self) -> tuple[Strings, Strings, Strings]:
        """Beginnings (stem and link), middles, and ends (middle and ending)."""
        stems, endings = self._kind.stems, self._kind.endings
        beginnings = [stem + link for link in _LINKS for stem in stems]
        ends = [middle + ending for middle in _MIDDLES for ending in endings]
        return strings(beginnings), strings(_MIDDLES), strings(ends)

    def _composed(self, numbers: Whole) -> Strings:
        """Beginning, a middle where the number is large, end: the same word twice is rare."""
        beginnings, middles, ends = self._parts
        more, beginning = np.divmod(
            self._prefixes.draw(self._chance.at("stem").units(numbers)), len(beginnings)
        )
        further, end = np.divmod(self._chance.at("ending").below(numbers, _room(numbers)), len(ends))
        found = joined(picked(beginnings, beginning), picked(ends, end))
        longer = np.flatnonzero((more > 0) | (further > 0))
        if not len(longer):
            return found
        spelled_out = joined(
            picked(beginnings, beginning[longer]),
            picked(middles, more[longer] % len(middles)),
            picked(middles, further[longer] % len(middles)),
            picked(ends, end[longer]),
        )
        return replaced(found, longer, spelled_out)

    def _varied(self, numbers: Whole) -> Strings:
        """One edit away from a commoner word."""
        distinct, back = np.unique(numbers, return_inverse=True)
        like = self._commoner(distinct)
        common = len(self._kind.common)

        def make(group: int, rows: npt.NDArray[np.intp]) -> Gathered:
            return Gathered(self._common, like[rows]) if group == 0 else Gathered(self._composed(like[rows]))

        words = by_group((like >= common).astype(np.int64), make, pa.string()).written()
        plain = map(str, words.to_pylist())
        throws: list[int] = (self._chance.at("edit").bits(distinct) >> np.uint64(2)).tolist()
        edited = [
            OPERATORS[_VARIANTS[bits % len(_VARIANTS)]](word, bits >> 4)
            for word, bits in zip(plain, throws, strict=True)
        ]
        return picked(strings([word[:1].upper() + word[1:] for word in edited]), back)


def _room(numbers: Whole) -> Whole:
    """How many words the words of about this number are spread over; with their stems, enough."""
    width = np.frexp(numbers.astype(np.float64))[1]
    found: Whole = np.left_shift(np.int64(1), np.clip(width - 1, 6, 40)).astype(np.int64)
    return found
