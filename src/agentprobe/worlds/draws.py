"""Chance by address: the same seed and the same address throw the same, in whatever order and company."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

U64 = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def mixed(values: U64) -> U64:
    """Spread 64-bit numbers so that near ones end far apart; one to one.

    The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
    OOPSLA 2014).
    """
    found = values + _STEP
    shifted = found >> np.uint64(30)
    found ^= shifted
    found *= _FIRST
    np.right_shift(found, np.uint64(27), out=shifted)
    found ^= shifted
    found *= _SECOND
    np.right_shift(found, np.uint64(31), out=shifted)
    found ^= shifted
    return found


def numbers(seed: int, stream: str, *addresses: ArrayLike) -> U64:
    """64 random bits for each address; addresses are whole numbers, stretched to each other's shape."""
    state: Any = mixed(np.asarray([seed & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64))
    state = mixed(state ^ np.uint64(crc32(stream.encode())))
    for address in addresses:
        given = np.asarray(address)
        asked = given if given.dtype == np.uint64 else given.astype(np.int64).view(np.uint64)
        state = mixed(state ^ mixed(np.atleast_1d(asked)))
    found: U64 = state
    return found


def shares(seed: int, stream: str, *addresses: ArrayLike) -> NDArray[np.float64]:
    """Numbers from 0 up to, but not, 1."""
    return (numbers(seed, stream, *addresses) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def below(limit: ArrayLike, seed: int, stream: str, *addresses: ArrayLike) -> NDArray[np.int64]:
    """Whole numbers from 0 up to, but not, `limit`."""
    found: NDArray[np.int64] = (shares(seed, stream, *addresses) * np.asarray(limit)).astype(np.int64)
    return found


def picked(weights: ArrayLike, seed: int, stream: str, *addresses: ArrayLike) -> NDArray[np.int64]:
    """Places in a list of weights, each as often as it weighs."""
    sums = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.searchsorted(sums, shares(seed, stream, *addresses) * sums[-1], side="right")
    made: NDArray[np.int64] = np.minimum(found, len(sums) - 1).astype(np.int64)
    return made
