"""Sketch texts so that near-duplicates are found without comparing all with all.

MinHash (Broder, "On the resemblance and containment of documents", 1997) over pairs of neighbouring words,
and banding for locality-sensitive hashing (Indyk and Motwani 1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.draws import U64, mixed, numbers
from agentprobe.worlds.untyped import array, pc

BANDS, ROWS = 20, 3
"""At a resemblance of .6 a pair is missed once in a hundred times: (1 - .6 ** 3) ** 20."""
_AT_ONCE = 8192
_PAIR_BITS = np.uint64(40)
_TURN = np.uint64(0x9E3779B97F4A7C15)

Sketches = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Shingles:
    """Pairs of neighbouring words of each text, as numbers; each text's are sorted and stand once."""

    values: U64
    ends: NDArray[np.int64]
    """Where each text's begin, and the end of the last."""

    def __len__(self) -> int:
        return len(self.ends) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many each text has."""
        return np.diff(self.ends)


def shingles(texts: pa.Array[Any]) -> Shingles:
    """The pairs of neighbouring words, whatever their case and what stands between them."""
    parts = [_shingled(texts.slice(at, _AT_ONCE)) for at in range(0, len(texts), _AT_ONCE)]
    if not parts:
        return Shingles(np.zeros(0, dtype=np.uint64), np.zeros(1, dtype=np.int64))
    sizes = np.concatenate([part.sizes for part in parts])
    return Shingles(
        np.concatenate([part.values for part in parts]),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
    )


def _shingled(texts: pa.Array[Any]) -> Shingles:
    lists = pc.split_pattern_regex(pc.utf8_lower(pc.fill_null(texts, "")), r"[^\pL\pN]+")
    flat: Any = pc.list_flatten(lists)
    rows = np.asarray(pc.list_parent_indices(lists)).astype(np.int64)
    filled = np.asarray(pc.binary_length(flat)) > 0
    encoded: Any = pc.dictionary_encode(flat.filter(array(filled)))
    rows = rows[filled]
    known = np.array([crc32(word.encode()) for word in encoded.dictionary.to_pylist()], dtype=np.uint64)
    words = mixed(known)[np.asarray(encoded.indices)] if len(known) else np.zeros(0, dtype=np.uint64)
    # A text of one word has no pair: before the first word of each text stands the same mark.
    before = np.empty_like(words)
    before[1:] = words[:-1]
    first = np.concatenate([[True], rows[1:] != rows[:-1]]) if len(rows) else np.zeros(0, dtype=bool)
    before[first] = np.uint64(1)
    pairs = mixed(before * _TURN ^ words)
    order = np.lexsort((pairs, rows))
    pairs, rows = pairs[order], rows[order]
    once = np.ones(len(pairs), dtype=bool)
    once[1:] = (pairs[1:] != pairs[:-1]) | (rows[1:] != rows[:-1])
    ends = np.searchsorted(rows[once], np.arange(len(texts) + 1)).astype(np.int64)
    return Shingles(pairs[once], ends)


def sketched(of: Shingles) -> Sketches:
    """For each text the smallest of its shingles under each of 60 hash functions; zeros for none."""
    count = BANDS * ROWS
    factors = numbers(0, "factor", np.arange(count)) | np.uint64(1)
    found = np.zeros((len(of), count), dtype=np.uint32)
    for at in range(0, len(of), _AT_ONCE):
        ends = of.ends[at : at + _AT_ONCE + 1]
        held = np.flatnonzero(np.diff(ends))
        values = of.values[ends[0] : ends[-1]]
        starts = (ends[:-1] - ends[0])[held]
        for one in range(count):
            if len(held):
                hashed = ((values * factors[one]) >> np.uint64(32)).astype(np.uint32)
                found[at + held, one] = np.minimum.reduceat(hashed, starts)
    return found


def candidates(sketches: Sketches, filled: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of texts that agree in a band: neighbours in each bucket, and each with the bucket's first."""
    ones, others = [], []
    rows = np.flatnonzero(filled)
    for band in range(BANDS):
        part = sketches[rows, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
        key = mixed(mixed(part[:, 0]) ^ (part[:, 1] << np.uint64(32) | part[:, 2]))
        order = np.argsort(key, kind="stable")
        same = key[order][1:] == key[order][:-1]
        ones.append(rows[order[:-1][same]])
        others.append(rows[order[1:][same]])
        begins = np.maximum.accumulate(np.where(np.concatenate([[True], ~same]), np.arange(len(order)), 0))
        ones.append(rows[order[begins[1:]][same]])
        others.append(rows[order[1:][same]])
    one, other = np.concatenate(ones), np.concatenate(others)
    low, high = np.minimum(one, other), np.maximum(one, other)
    pairs = np.unique(low * np.int64(len(sketches)) + high)
    return pairs // len(sketches), pairs % len(sketches)


def resemblance(of: Shingles, ones: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each pair of texts the shingles they share, over all that either has (Jaccard's coefficient)."""
    found = np.zeros(len(ones))
    for at in range(0, len(ones), _AT_ONCE):
        one, other = ones[at : at + _AT_ONCE], others[at : at + _AT_ONCE]
        # The pair's place and 40 bits of the shingle in one number: numbers sort faster than pairs of them.
        keys = np.sort(np.concatenate([_keyed(of, one), _keyed(of, other)]))
        same = keys[1:][keys[1:] == keys[:-1]]
        shared = np.bincount((same >> _PAIR_BITS).astype(np.int64), minlength=len(one))
        either = of.sizes[one] + of.sizes[other] - shared
        found[at : at + _AT_ONCE] = shared / np.maximum(either, 1)
    return found


def estimated(sketches: Sketches, ones: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    """About how alike pairs are, by how many of their smallest shingles coincide."""
    found = np.zeros(len(ones))
    for at in range(0, len(ones), _AT_ONCE):
        part = slice(at, at + _AT_ONCE)
        found[part] = (sketches[ones[part]] == sketches[others[part]]).mean(axis=1)
    return found


def _keyed(of: Shingles, rows: NDArray[np.int64]) -> U64:
    sizes = of.sizes[rows]
    each = np.repeat(np.arange(len(rows)), sizes)
    within = np.arange(len(each)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    values = of.values[of.ends[rows][each] + within]
    made: U64 = each.astype(np.uint64) << _PAIR_BITS | values >> np.uint64(64 - 40)
    return made
