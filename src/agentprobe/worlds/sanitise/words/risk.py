"""What an attacker reads from pseudonyms who knows something already: measured, not promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from agentprobe.worlds.sanitise.words.edits import (
    DELETION,
    INSERTION,
    SUBSTITUTION,
    TRANSPOSITION,
    Edit,
    script,
)
from agentprobe.worlds.sanitise.words.pseudonyms import COMMON

RARE = 5
"""A word that stands less often is rare: with others it may say who somebody is."""
_SAMPLE, _KNOWN = 3000, 5000
_SHORTEST_PART = 3


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a mapped snapshot's words is read by attacks; shares from 0 to 1, None for no words."""

    words: int
    rare: int
    """Words that stand fewer than `RARE` times."""
    known: int
    """Words that stand so often that the attacker is taken to know them."""
    known_parent: float | None
    """Rare words one edit from a known one: the attacker sees which, not what the edit is."""
    decoded: float | None
    """Rare words that are read letter for letter by who knows all frequent ones."""
    rank: dict[str, float]
    """By how often words stand (`rare`, `middle`, `common`, and `rows`, weighted by rows): read by who knows
    production's exact counts. Inherent to what keeps equal values equal; regenerated worlds count anew."""


def risk(counts: Mapping[str, int], images: Mapping[str, str]) -> Risk:
    """Attack a lexicon's pseudonyms."""
    words = sorted(
        (word for word in counts if word in images and counts[word]), key=lambda one: (-counts[one], one)
    )
    rare = [word for word in words if counts[word] < RARE]
    known = [word for word in words if counts[word] >= COMMON]
    sample = rare[:: max(1, len(rare) // _SAMPLE)]
    attacker = Attacker({images[word]: word for word in known[:_KNOWN]})
    guesses = attacker.read([images[word] for word in sample])
    hits = sum(guess == word for guess, word in zip(guesses, sample, strict=True))
    return Risk(
        words=len(words),
        rare=len(rare),
        known=len(known),
        known_parent=attacker.beside(sample) if sample else None,
        decoded=hits / len(sample) if sample else None,
        rank=_rank(words, counts, images),
    )


class Attacker:
    """Knows which words some pseudonyms stand for, and reads others with that."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = dict(known)
        self._images = list(known)
        self._parts: dict[str, Counter[str]] = {}
        self._first: dict[str, str] = {}
        for image, word in known.items():
            if len(image) == len(word):
                self._first.setdefault(image[0], word[0])
                for start in range(len(word)):
                    for end in range(start + _SHORTEST_PART, len(word) + 1):
                        self._parts.setdefault(image[start:end], Counter())[word[start:end]] += 1

    def beside(self, words: Sequence[str]) -> float:
        """The share of words that are one edit from a known one."""
        if not self._known:
            return 0.0
        _, steps = _nearest(words, list(self._known.values()))
        return float((steps <= 1).mean())

    def read(self, images: Sequence[str]) -> list[str]:
        """The best guess for each pseudonym, `?` for a letter that cannot be read."""
        if not self._known or not images:
            return ["?"] * len(images)
        nearest, steps = _nearest(images, self._images)
        return [
            (self._edited(self._images[place], image) if step == 1 else None) or self._from_parts(image)
            for image, place, step in zip(images, nearest.tolist(), steps.tolist(), strict=True)
        ]

    def _edited(self, elder: str, image: str) -> str | None:
        """Do to the known word what was done to its pseudonym, where that needs no letter."""
        edit = script(elder, image)[0]
        word = self._known[elder]
        return _redone(edit, word, elder)

    def _from_parts(self, image: str) -> str:
        """Put a word together from parts of known ones, with as few letters left over as can be."""
        best: list[tuple[int, int, str]] = [(0, 0, "")]
        for end in range(1, len(image) + 1):
            letter = self._first.get(image[0], "?") if end == 1 else "?"
            missing, parts, written = best[end - 1]
            choices = [(missing + (letter == "?"), parts + 1, written + letter)]
            for start in range(end - _SHORTEST_PART + 1):
                read = self._parts.get(image[start:end])
                if read is not None:
                    missing, parts, written = best[start]
                    choices.append((missing, parts + 1, written + read.most_common(1)[0][0]))
            best.append(min(choices))
        return best[-1][2]


def _nearest(texts: Sequence[str], known: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The first known word that is as near to each text as any, and how near: 0, 1, or 2 for all the rest.

    Words whose lengths differ by more are not compared.
    """
    sizes, lengths = (np.fromiter(map(len, words), np.int64, len(words)) for words in (texts, known))
    places, steps = np.zeros(len(texts), np.int64), np.full(len(texts), 2, np.uint8)
    for size in np.unique(sizes).tolist():
        rows, beside = np.flatnonzero(sizes == size), np.flatnonzero(abs(lengths - size) <= 1)
        if len(beside):
            mine, others = [texts[at] for at in rows.tolist()], [known[at] for at in beside.tolist()]
            table = cdist(mine, others, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
            places[rows], steps[rows] = beside[table.argmin(axis=1)], table.min(axis=1)
    return places, steps


def _redone(edit: Edit, word: str, elder: str) -> str | None:
    place = edit.place
    if edit.kind == DELETION:
        return word[:place] + word[place + 1 :]
    if edit.kind == TRANSPOSITION:
        return word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    if edit.kind == INSERTION and place and edit.letter == elder[place - 1]:
        return word[:place] + word[place - 1] + word[place:]
    assert edit.kind in (INSERTION, SUBSTITUTION)
    return None


def _rank(words: Sequence[str], counts: Mapping[str, int], images: Mapping[str, str]) -> dict[str, float]:
    """Who knows all counts guesses among the words that stand so often, with as many letters."""
    alike = Counter((counts[word], len(images[word])) for word in words)
    read = {word: 1 / alike[counts[word], len(images[word])] for word in words}
    bands = {
        "rare": [word for word in words if counts[word] < RARE],
        "middle": [word for word in words if RARE <= counts[word] < COMMON],
        "common": [word for word in words if counts[word] >= COMMON],
    }
    found = {band: sum(map(read.__getitem__, mine)) / len(mine) for band, mine in bands.items() if mine}
    total = sum(counts[word] for word in words)
    if total:
        found["rows"] = sum(read[word] * counts[word] for word in words) / total
    return {band: round(share, 6) for band, share in found.items()}
