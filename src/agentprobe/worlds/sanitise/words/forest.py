"""Which rare words are variants of which frequent ones: typing errors and other spellings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

SHORT = 7
"""Words with fewer letters are one step apart from their variants, longer ones up to two."""
SHORTEST, LONGEST = 3, 28
_TWICE = 2
"""What is the variant of a word is at most half as frequent."""
_TRIED = 4
"""So many of the most frequent words that look alike are compared with each."""
_BASE, _UNBASE = 0x9E3779B97F4A7C15, pow(0x9E3779B97F4A7C15, -1, 1 << 64)
_PAIRS = 1 << 20

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]


def parents(
    words: Sequence[str], counts: Sequence[int], children: NDArray[np.bool_] | None = None
) -> list[int]:
    """For each word the place of the one that it is a variant of, or -1; words come most frequent first.

    Where `children` says which words may be variants, the others are only looked at as what those vary.
    Candidates are words that are equal once up to two letters are left out (the index of SymSpell, W. Garbe
    2012), here as sorted hashes, so that half a million words are compared in seconds.
    """
    found = [-1] * len(words)
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    wanted = np.ones(len(words), bool) if children is None else children
    pairs = _candidates(words, lengths, np.asarray(counts, np.int64), wanted)
    texts = np.array(words, object)
    for start in range(0, len(pairs), _PAIRS):
        chunk = pairs[start : start + _PAIRS]
        variants, elders = chunk // len(words), chunk % len(words)
        distances = cpdist(
            texts[variants], texts[elders], scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
        )
        near = distances <= np.where(lengths[variants] < SHORT, 1, 2)
        # Pairs are sorted by child, then by how frequent the elder is: the first that fits is taken.
        kept, first = np.unique(variants[near], return_index=True)
        for child, elder in zip(kept.tolist(), elders[near][first].tolist(), strict=True):
            if found[child] < 0:
                found[child] = elder
    return found


def _candidates(words: Sequence[str], lengths: Ints, counts: Ints, wanted: NDArray[np.bool_]) -> Ints:
    """Pairs of a word and a more frequent one that may be near it, as one number each, sorted."""
    places, starts = _groups(words, lengths)
    here = np.arange(len(places))
    found: list[Ints] = []
    for step in range(_TRIED):
        later = np.flatnonzero((starts + step < here) & wanted[places])
        elders, children = places[starts[later] + step], places[later]
        fits = (counts[elders] >= _TWICE * counts[children]) & (elders != children)
        found.append(children[fits] * len(words) + elders[fits])
    pairs = np.sort(np.concatenate(found))
    distinct: Ints = pairs[np.diff(pairs, prepend=-1) != 0]
    return distinct


def _groups(words: Sequence[str], lengths: Ints) -> tuple[Ints, Ints]:
    """Words that look alike, group behind group and in each the most frequent first, and where each begins.

    A word's place is written into the lowest bits of its hashes, so that one sort of numbers does it.
    """
    low = np.uint64((1 << len(words).bit_length()) - 1)
    marked = _index(words, lengths, low)
    marked.sort()
    hashes = marked & ~low
    alike = np.zeros(len(marked) + 1, bool)
    alike[1:-1] = hashes[1:] == hashes[:-1]
    shared = alike[:-1] | alike[1:]
    begins = np.flatnonzero(~alike[:-1][shared])
    sizes = np.diff(begins, append=np.count_nonzero(shared))
    return (marked[shared] & low).astype(np.int64), np.repeat(begins, sizes)


def _index(words: Sequence[str], lengths: Ints, low: np.uint64) -> Hashes:
    """The hash of every word without up to two of its letters; whose it is stands in its `low` bits."""
    hashes: list[Hashes] = [np.zeros(0, np.uint64)]
    for length in range(SHORTEST, LONGEST + 1):
        mine = np.flatnonzero(lengths == length)
        if not len(mine):
            continue
        joined = "".join([words[place] for place in mine.tolist()])
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).reshape(
            len(mine), length
        )
        places = mine.astype(np.uint64)
        hashes.extend((column & ~low) | places for column in _without(codes.astype(np.uint64), length))
    return np.concatenate(hashes)


def _without(codes: NDArray[Any], length: int) -> Iterator[Hashes]:
    powers = np.array([pow(_BASE, place + 1, 1 << 64) for place in range(length)], np.uint64)
    sums = np.zeros((len(codes), length + 1), np.uint64)
    np.cumsum(codes * powers, axis=1, out=sums[:, 1:])
    one, two = np.uint64(_UNBASE), np.uint64(_UNBASE * _UNBASE % (1 << 64))
    whole = sums[:, length]
    yield whole
    for place in range(length):
        yield sums[:, place] + (whole - sums[:, place + 1]) * one
    if length >= SHORT - 1:
        for first, last in combinations(range(length), 2):
            middle = (sums[:, last] - sums[:, first + 1]) * one
            yield sums[:, first] + middle + (whole - sums[:, last + 1]) * two
