"""A keyed map of characters in which equal beginnings stay equal: each character is permuted by what
precedes it.

The idea is Crypto-PAn's for network addresses (Xu, Fan, Ammar and Moon, 2002), with digits and letters in
place of bits. It is one to one, and values that differ in their last characters only still do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.keyed import U8, U64, Keyed

_BITS = 10
TABLES = 2**_BITS
"""So many permutations of each alphabet are made; which one serves is decided by what precedes."""


class PrefixMap:
    """Permutes rows of numerals, each within its alphabet."""

    def __init__(self, keyed: Keyed, sizes: Sequence[int] = (10, 26)) -> None:
        self._keyed = keyed
        self._tables = {size: _permutations(keyed, size) for size in sizes}

    def mapped(self, numerals: U8, sizes: U8) -> U8:
        """The image of each numeral; where its size is 0 it stays and tells nothing to those behind it."""
        image = numerals.copy(order="F")
        state: U64 = np.zeros(len(numerals), np.uint64)
        for place in range(numerals.shape[1]):
            kind, seen = sizes[:, place], numerals[:, place]
            if not kind.any():
                continue
            chance = self._keyed.numbers(state, 3)
            picked = (chance >> np.uint64(64 - _BITS)).astype(np.intp)
            for size, table in self._tables.items():
                here = kind == size
                if here.all():
                    image[:, place] = table[picked * size + seen]
                elif here.any():
                    image[here, place] = table[picked[here] * size + seen[here]]
            after = chance ^ (seen + (kind.astype(np.uint64) << np.uint64(8)))
            state = after if kind.all() else np.where(kind > 0, after, state)
        return image


def _permutations(keyed: Keyed, size: int) -> NDArray[np.uint8]:
    chance = keyed.numbers(np.arange(TABLES * size), 1000 + size).reshape(TABLES, size)
    return np.argsort(chance, axis=1, kind="stable").astype(np.uint8).reshape(-1)
