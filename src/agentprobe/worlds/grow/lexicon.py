"""Spells words by a shape's made-up ones: the commonest as they stand there, rarer ones put together from
their parts."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

import numpy as np
import pyarrow as pa

from agentprobe.worlds.grow.chance import Chance, Whole
from agentprobe.worlds.grow.edits import OPERATORS
from agentprobe.worlds.grow.joined import Strings, picked, strings
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.shape.model import Words
from agentprobe.worlds.shape.spectrum import Spectrum

_SLIPS = ("substitute", "insert", "delete", "transpose")
_TRIES = 9
_SHARED = 4
"""Letters that words begin with alike."""
_LETTERS = "aeiounrtlsdmchbgkpfvwyjzqx"


class Told:
    """Spells the words of a list of made-up ones for one seed; beyond its end, new ones like those."""

    def __init__(self, words: Words, chance: Chance) -> None:
        self._words, self._chance = words, chance.at("told", words.vocabulary)

    def spelled(self, numbers: Whole) -> Strings:
        """The words of these numbers."""
        beyond = numbers >= len(self._words.lexicon)
        if not beyond.any():
            return picked(self._list, numbers)
        rare, back = np.unique(numbers[beyond], return_inverse=True)
        places = numbers.copy()
        places[beyond] = len(self._words.lexicon) + back
        return picked(pa.concat_arrays([self._list, strings(self._new(rare))]), places)

    @cached_property
    def _list(self) -> Strings:
        return strings(self._words.lexicon)

    @cached_property
    def _recurring(self) -> int:
        """How many of the list's words stood more than once: new ones are rare, and like rare ones."""
        spectrum = self._words.spectrum
        return sum(count > 1 for count in spectrum.head) + int(
            sum(n for count, n in spectrum.rest if count > 1)
        )

    @cached_property
    def _times(self) -> Counter[str]:
        return Counter(part for word in self._words.lexicon for part in word.lower().split(" "))

    def _own(self, value: str) -> int:
        """Which of a value's words is its own: the rarest one, of equally rare ones the longest."""
        if " " not in value:
            return 0
        parts = value.split(" ")
        return min(range(len(parts)), key=lambda at: (self._times[parts[at].lower()], -len(parts[at])))

    def _part(self, value: str) -> str:
        """A value's own word."""
        return value.split(" ")[self._own(value)] if " " in value else value

    @cached_property
    def _measure(self) -> Measure:
        return Measure.of(self._words.spectrum)

    def _new(self, numbers: Whole) -> list[str]:
        """Words that stand in no list: a slip of a common one, or beginning and end of two rare ones."""
        known = self._words.lexicon
        like = self._measure.draw(self._chance.at("like").units(numbers)) % len(known)
        first = min(self._recurring, len(known) - 1)
        heads = first + self._chance.at("head").below(numbers, len(known) - first)
        tails = first + self._chance.at("tail").below(numbers, len(known) - first)
        slips = self._chance.at("slips").units(numbers) < self._words.variants
        fresh = self._chance.at("fresh").units(numbers) < _fresh(self._words.prefixes)
        throws = (self._chance.at("throw").bits(numbers) >> np.uint64(2)).tolist()
        columns = (slips.tolist(), fresh.tolist(), like.tolist(), heads.tolist(), tails.tolist(), throws)
        made = [
            _slipped(known[common], self._own(known[common]), bits)
            if slip and not _DIGIT.search(known[common])
            else _blended(
                known[head],
                self._own(known[head]),
                self._part(known[tail]),
                bits,
                fresh=new,
            )
            for slip, new, common, head, tail, bits in zip(*columns, strict=True)
        ]
        return [
            self._other(word, bits) if word in self._known else word
            for word, bits in zip(made, throws, strict=True)
        ]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._words.lexicon)

    def _other(self, word: str, bits: int) -> str:
        """Another word in the place of one that is in the list already."""
        for turn in range(1, _TRIES):
            word = _blended(word, self._own(word), word[::-1], bits >> turn, fresh=True)
            if word not in self._known:
                break
        return word


def _fresh(prefixes: Spectrum | None) -> float:
    """How likely a new word begins as no other does."""
    if prefixes is None or not prefixes.seen:
        return 0.3
    told = prefixes.strength + prefixes.discount * prefixes.distinct
    return told / (prefixes.seen + prefixes.strength)


def _slipped(word: str, at: int, bits: int) -> str:
    parts = word.split(" ")
    slipped = OPERATORS[_SLIPS[bits % len(_SLIPS)]](parts[at], bits >> 4)
    parts[at] = slipped[:1].upper() + slipped[1:] if parts[at][:1].isupper() else slipped
    return " ".join(parts)


def _blended(head: str, at: int, other: str, bits: int, *, fresh: bool) -> str:
    """The head's word with another end, as long as it was; a fresh one shares only its first letter.

    What is no letter stays where it is; digits become others.
    """
    end = _longest(other)
    if head.isalpha():
        return _renewed(head, end, bits, fresh=fresh)
    parts = head.split(" ")
    runs = _RUN.findall(parts[at])
    longest = max((run for run in runs if run.isalpha()), key=len, default="")
    told = []
    for place, run in enumerate(runs):
        if run is longest:
            told.append(_renewed(run, end, bits, fresh=fresh))
        elif run.isdigit():
            told.append(_renumbered(run, bits, first=place == 0))
        else:
            told.append(run)
    parts[at] = "".join(told)
    return " ".join(parts)


def _longest(text: str) -> str:
    """The longest run of letters."""
    if text.isalpha():
        return text
    return max((run for run in _RUN.findall(text) if run.isalpha()), key=len, default="")


_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"[^\W\d_]+|\d+|[\W_]")


def _renewed(word: str, other: str, bits: int, *, fresh: bool) -> str:
    kept = min(_SHARED, max(len(word) - 2, 1))
    if fresh and len(word) > 2:
        letter = _LETTERS[(bits >> 8) % len(_LETTERS)]
        word = word[0] + (letter if letter != word[1] else "e") + word[2:]
    end = other[-(len(word) - kept) :] if len(word) > kept else ""
    return word[:kept] + (end.lower() if word[1:].islower() else end)


def _renumbered(digits: str, bits: int, *, first: bool) -> str:
    """As many other digits; with which a value begins is kept in part."""
    kept = max(len(digits) - 3, 0) if first else 0
    turned = (bits >> 4) * 0x9E3779B1 >> 16
    return digits[:kept] + "".join(str(turned >> (4 * at) & 0xFFFF)[-1] for at in range(len(digits) - kept))
