"""To find very many texts in very many texts, in memory that grows only with how many are sought.

A dictionary automaton of tens of millions of names takes many gigabytes and answers slowly. Here a text is
sought by its first letters in a table of bits, and where these fit by its rolling hash (Karp and Rabin 1987),
which is told for any stretch from sums of powers; everything is done for a piece of the text at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.contained import PIECE_BYTES, pieces

Words = NDArray[np.uint64]
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_BLANK = 32
_LONGEST = 400
"""Longer texts are sought by their beginning."""


class Patterns:
    """Texts to be found, each with a number that says what it is; its last two bits, how harmless it is."""

    def __init__(self, texts: pa.Array[Any], tags: NDArray[np.int64], *, least: int, at_words: bool) -> None:
        """`least` bytes are the shortest text; `at_words` finds only what begins where a word begins."""
        self.at_words, self._anchor = at_words, min(least, 8)
        begins, hashes, lengths = _described(texts, self._anchor)
        good = lengths >= least
        order = np.lexsort(
            (tags[good] & 3, hashes[good], lengths[good])
        )  # of equal texts the gravest comes first
        self._hashes, lengths = hashes[good][order], lengths[good][order]
        self.tags = tags[good][order]
        self._lengths, firsts = np.unique(lengths, return_index=True)
        self._ends = np.append(firsts, len(lengths))
        bits = int(np.clip(np.ceil(np.log2(max(len(lengths), 1))) + 4, 12, 28))
        self._shift = np.uint64(64 - bits)
        self._seen = np.zeros(1 << bits, bool)
        self._seen[(begins[good] * _SPREAD) >> self._shift] = True

    def __len__(self) -> int:
        return len(self.tags)

    def found(
        self, values: pa.Array[Any]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]]:
        """What stands in the texts: the text's number, the pattern's, and whether it is the whole text."""
        for data, starts, first in pieces(values):
            for value, pattern, whole in self._in_piece(np.frombuffer(data, np.uint8), starts):
                yield first + value, pattern, whole

    def _in_piece(
        self, letters: NDArray[np.uint8], starts: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]]:
        if len(letters) < self._anchor or not len(self):
            return
        at = self._begins(letters)
        value = np.searchsorted(starts, at, side="right") - 1
        ends = starts[value + 1]
        sums = _sums(letters)
        powers = _powers(_INVERSE, len(letters) + 1)
        for number, length in enumerate(self._lengths.tolist()):
            to = at + length
            fits = to <= ends
            if self.at_words and length < _LONGEST:
                fits[fits] = letters[to[fits] - 1] == _BLANK
            here, there = at[fits], to[fits]
            hashes = (sums[there] - sums[here]) * powers[here]
            known = self._hashes[self._ends[number] : self._ends[number + 1]]
            place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
            hit = known[place] == hashes
            if hit.any():
                whole = (starts[value[fits][hit]] == here[hit]) & (ends[fits][hit] == there[hit])
                yield value[fits][hit], self._ends[number] + place[hit], whole

    def _begins(self, letters: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The places whose first letters are those of a text that is sought."""
        windows = _windows(letters, self._anchor)
        if self.at_words:
            at = np.flatnonzero(letters[: len(windows)] == _BLANK)
            return np.asarray(at[self._seen[(windows[at] * _SPREAD) >> self._shift]], np.int64)
        return np.flatnonzero(self._seen[(windows * _SPREAD) >> self._shift])


def _windows(letters: NDArray[np.uint8], width: int) -> Words:
    """The letters from each place on, as one number; only whole ones."""
    padded = np.concatenate([letters, np.zeros(8, np.uint8)])
    view = np.ndarray((len(letters) - width + 1,), np.dtype("<u8"), padded.data, strides=(1,))
    mask = np.uint64((1 << (8 * width)) - 1)
    return np.asarray(view & mask, np.uint64)


_KEPT: dict[int, Words] = {}
"""The powers that were needed last; they depend on nothing."""


def _powers(base: int, count: int) -> Words:
    if len(_KEPT.get(base, ())) < count:
        powers = np.full(max(count, PIECE_BYTES), base, np.uint64)
        powers[0] = 1
        _KEPT[base] = np.cumprod(powers, dtype=np.uint64)
    return _KEPT[base][:count]


def _sums(letters: NDArray[np.uint8]) -> Words:
    """From these any stretch's hash is told: the difference of its ends, divided by its place's power."""
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(
        (letters.astype(np.uint64) + np.uint64(1)) * _powers(_BASE, len(letters) + 1)[:-1], out=sums[1:]
    )
    return sums


def _described(texts: pa.Array[Any], anchor: int) -> tuple[Words, Words, NDArray[np.int64]]:
    """Each text's first letters, hash and length."""
    begins, hashes, lengths = [], [], []
    for data, starts, _ in pieces(texts):
        letters = np.frombuffer(data, np.uint8)
        sums, powers = _sums(letters), _powers(_INVERSE, len(letters) + 1)
        size = np.minimum(np.diff(starts), _LONGEST)
        here = starts[:-1]
        hashes.append((sums[here + size] - sums[here]) * powers[here])
        padded = np.concatenate([letters, np.zeros(anchor, np.uint8)])
        begins.append(_windows(padded, anchor)[here])
        lengths.append(size)
    if not hashes:
        return np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, np.int64)
    return np.concatenate(begins), np.concatenate(hashes), np.concatenate(lengths)
