"""Chance by place: what row `i` throws depends on the seed, a label and `i` alone, for whole columns at
once.

Only whole numbers and the exact operations of IEEE floats are used, so that every machine throws the same.
The mixing function is the finaliser of SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom
number generators", OOPSLA 2014).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.uint64]
Units = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Chance:
    """A tree of chances grown from one seed; `at` gives the branch of a label."""

    key: int

    @classmethod
    def of(cls, seed: int) -> Chance:
        """The tree of a seed."""
        return cls(_digest(f"seed {seed}"))

    def at(self, *labels: object) -> Chance:
        """A branch of its own; other labels throw unrelated numbers."""
        return _branch("\x1f".join(map(str, (self.key, *labels))))

    def bits(self, places: npt.NDArray[np.integer]) -> Places:
        """64 random bits for each place."""
        with np.errstate(over="ignore"):
            mixed = places.view(np.uint64) if places.dtype == np.int64 else places.astype(np.uint64)
            mixed = mixed * _STEP
            mixed += np.uint64(self.key)
            return _mixed(mixed)

    def units(self, places: npt.NDArray[np.integer]) -> Units:
        """A number in [0, 1) for each place."""
        bits = self.bits(places)
        bits >>= np.uint64(11)
        found: Units = bits.view(np.int64).astype(np.float64)  # 53 bits; signed ones turn faster
        found *= 2.0**-53
        return found

    def evenly(self, places: npt.NDArray[np.integer]) -> Units:
        """A number in [0, 1) for each place, so that the first of any number of places lie evenly.

        Van der Corput's sequence, its order and its digits scrambled one within another (Owen 1995) by a hash
        of Laine & Karras (2011), as Burley puts it ("Practical Hash-based Owen Scrambling", JCGT 2020). Other
        keys give unrelated ones.
        """
        bits = places.astype(np.uint64)
        with np.errstate(over="ignore"):
            apart = (bits >> np.uint64(32)) * _STEP >> np.uint64(20)  # places far off take another sequence
        order = _turned(_scrambled(_turned(bits & _LOW), apart + np.uint64(self.key & 0xFFFFFFFF)))
        high = _turned(_scrambled(order, apart + np.uint64(self.key >> 32)))
        found: Units = (high.astype(np.float64) + self.units(places)) * 2.0**-32
        return found

    def below(self, places: npt.NDArray[np.integer], ends: npt.NDArray[np.int64] | int) -> Whole:
        """A whole number in [0, end) for each place."""
        thrown = self.units(places)
        thrown *= ends
        return thrown.astype(np.int64)


def shuffled(places: npt.NDArray[np.integer], size: int, chance: Chance) -> Whole:
    """Where each of [0, size) goes in a shuffling of all of them: one to one, and nothing is stored.

    Each round is invertible on the next power of two; what falls outside is led on until it falls inside
    ("cycle walking", Black & Rogaway, CT-RSA 2002).
    """
    width = max(int(size - 1).bit_length(), 2)
    mask, half = np.uint64((1 << width) - 1), np.uint64((width + 1) // 2)
    factors = [np.uint64((_digest(f"{chance.key} {turn}") | 1) & int(mask)) for turn in range(4)]
    shifts = [np.uint64(_digest(f"{chance.key} + {turn}") & int(mask)) for turn in range(4)]
    found = places.astype(np.uint64)
    waiting = np.arange(len(found))
    while len(waiting):
        walked = found[waiting]
        with np.errstate(over="ignore"):
            for factor, shift in zip(factors, shifts, strict=True):
                walked = (walked * factor + shift) & mask
                walked ^= walked >> half
        found[waiting] = walked
        waiting = waiting[walked >= np.uint64(size)]
    return found.astype(np.int64)


_LOW = np.uint64(0xFFFFFFFF)
_TURNS = ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF))


def _turned(bits: Places) -> Places:
    """The lowest 32 bits in the other order."""
    for step, mask in _TURNS:
        bits = ((bits >> np.uint64(step)) & np.uint64(mask)) | ((bits & np.uint64(mask)) << np.uint64(step))
    return bits


def _scrambled(bits: Places, seeds: Places) -> Places:
    """32 bits one to one, each by those below it alone."""
    bits = (bits + seeds) & _LOW
    for factor in (0x6C50B47C, 0xB82F1E52, 0xC7AFE638, 0x8D22F6E6):
        bits = bits ^ ((bits * np.uint64(factor)) & _LOW)
    return bits


def _mixed(bits: Places) -> Places:
    """In place."""
    shifted = bits >> np.uint64(30)
    bits ^= shifted
    bits *= _FIRST
    np.right_shift(bits, np.uint64(27), out=shifted)
    bits ^= shifted
    bits *= _SECOND
    np.right_shift(bits, np.uint64(31), out=shifted)
    bits ^= shifted
    return bits


@lru_cache(maxsize=4096)
def _branch(label: str) -> Chance:
    return Chance(_digest(label))


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
