"""Mends made-up words until each has about as many others near it as the word that it stands for has."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import takewhile
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from agentprobe.worlds.sanitise.words.edits import script, transferred

MOST = 2000
"""So many of the commonest words are mended; all are compared with all."""
_EDITS, _ALIKE = 2, 0.85
"""What misspelt and similar names are found by (`fidelity/queries`)."""
_BEGIN = _MIDDLE = 4
_RELATIVES, _CHANGES = 6, 4
_ENOUGH = 0.12
_LOST, _MOST_LOST = 1.5, 0.12
_VOWELS, _OTHERS = "aeiouy", "bcdfghklmnprstvwz"

Counts = npt.NDArray[np.float64]


def mended(
    words: list[str],
    fakes: list[str],
    counts: Counts,
    key: bytes,
    *,
    lost: float = 0.0,
    avoided: frozenset[str] = frozenset(),
) -> list[str]:
    """Made-up words in small letters, nearer to each other or farther where the words themselves are.

    `words` come in the order of their counts. What a word shares with others stays. None becomes one of
    `words` or of those `avoided`, or what stands for another. `lost` is the share of rows that will have
    words of no list, which are near to fewer.
    """
    taken = frozenset(words) | frozenset(fakes) | avoided
    mending = _Mending(words[:MOST], fakes[:MOST], counts[:MOST], key, taken, lost)
    for mend in (mending.share, mending.mend):
        for at in range(len(mending.fakes)):
            mend(at)
    return [*mending.fakes, *fakes[MOST:]]


class _Mending:
    def __init__(
        self,
        words: list[str],
        fakes: list[str],
        counts: Counts,
        key: bytes,
        taken: frozenset[str],
        lost: float,
    ) -> None:
        self.words, self.fakes, self.counts, self._key = words, list(fakes), counts, key
        self._taken = set(taken)
        self._sharing: defaultdict[str, list[int]] = defaultdict(list)
        for place, word in enumerate(words):
            for part in {word[at : at + _MIDDLE] for at in range(len(word) - _MIDDLE + 1)}:
                self._sharing[part].append(place)
        self._begins = Counter(word[:_BEGIN] for word in words)
        self._kin = process.cdist(words, words, scorer=OSA.distance, score_cutoff=_EDITS, dtype=np.uint8)
        self._wanted = self._bits(words, words) - _LOST * np.log2(1 - min(lost, _MOST_LOST))

    def _bits(self, asked: list[str], among: list[str]) -> Counts:
        """How many rows are near each word by both measures, as result sizes are compared."""
        edits = process.cdist(asked, among, scorer=OSA.distance, score_cutoff=_EDITS, dtype=np.uint8)
        alike: Any = process.cdist(asked, among, scorer=JaroWinkler.similarity, dtype=np.float32)
        found = np.stack(((edits <= _EDITS) @ self.counts, (alike >= _ALIKE) @ self.counts))
        bits: Counts = np.log2(1 + found)
        return bits

    def share(self, at: int) -> None:
        """Give a word the middle that its word shares with a commoner one (`fidelity/queries/infix.py`)."""
        word, fake = self.words[at], self.fakes[at]
        start = (len(word) - _MIDDLE + 1) // 2
        middle = word[start:][:_MIDDLE]
        if len(word) <= _MIDDLE or len(fake) != len(word) or len(self._sharing[middle]) < 2:
            return
        for other in takewhile(lambda other: other < at, self._sharing[middle]):
            place = self.words[other].find(middle)
            if len(self.fakes[other]) != len(self.words[other]):
                continue
            theirs = self.fakes[other][place : place + _MIDDLE]
            new = fake[:start] + theirs + fake[start + _MIDDLE :]
            begun = self._begins[word[:_BEGIN]] > 1 and new[:_BEGIN] != fake[:_BEGIN]
            if new == fake:
                return
            if new not in self._taken and not begun:
                self._taken.add(new)
                self.fakes[at] = new
                return

    def mend(self, at: int) -> None:
        """Take the best of some other words for this one, if it needs any."""
        wanted = self._wanted[:, at]
        if np.abs(self._bits([self.fakes[at]], self.fakes)[:, 0] - wanted).max() < _ENOUGH:
            return
        others = [one for one in dict.fromkeys(self._others(at)) if one not in self._taken]
        asked = [self.fakes[at], *others]
        off = np.abs(self._bits(asked, self.fakes) - wanted[:, None])
        best = int((off[0] + 0.6 * off[1]).argmin())
        if best:
            self._taken.add(asked[best])
            self.fakes[at] = asked[best]

    def _others(self, at: int) -> list[str]:
        """Words that are near what stands for a relative, and words with other letters."""
        fake, word = self.fakes[at], self.words[at]
        near = np.flatnonzero(self._kin[at] <= _EDITS)
        near = near[near != at][:_RELATIVES]
        found = [
            transferred(self._key, self.words[j], self.fakes[j], script(self.words[j], word), attempt=turn)
            for j in near.tolist()
            for turn in (0, 1)
        ]
        bits = int.from_bytes(self._key[:6]) * (at + 1)
        for _ in range(_CHANGES):
            bits = bits * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
            found.append(_changed(fake, bits >> 24))
        kept = [place for place in range(len(word) - 3) if len(self._sharing[word[place : place + 4]]) > 1]
        return [
            one
            for one in found
            if len(one) > 1 and all(one[place : place + 4] == fake[place : place + 4] for place in kept)
        ]


def _changed(word: str, bits: int) -> str:
    """Another letter in one place, a vowel for a vowel."""
    at = 1 + bits % (len(word) - 1) if len(word) > 1 else 0
    letters = _VOWELS if word[at] in _VOWELS else _OTHERS
    return word[:at] + letters[(bits >> 8) % len(letters)] + word[at + 1 :]
