"""One thing measured of two worlds, with how far apart they may be."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike

LEAST = 30
"""From so many observations on a measure says something."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """How far a world is from its source in one respect."""

    name: str
    value: float
    bound: float
    observed: int
    """How many observations it rests on, in the smaller of the two."""
    least: int = LEAST

    @property
    def holds(self) -> bool | None:
        """Is it within its bound? None where too little was observed to say."""
        return None if self.observed < self.least else bool(abs(self.value) <= self.bound)


def distance(one: ArrayLike, other: ArrayLike) -> float:
    """The largest difference of two distributions (the statistic of Kolmogorov and Smirnov)."""
    left, right = np.sort(np.ravel(one)), np.sort(np.ravel(other))
    if not len(left) or not len(right):
        return 1.0
    both = np.concatenate([left, right])
    parts = [np.searchsorted(part, both, side="right") / len(part) for part in (left, right)]
    return float(np.abs(parts[0] - parts[1]).max())


def moved(one: ArrayLike, other: ArrayLike) -> float:
    """How far one distribution must be moved to be the other (Wasserstein-1, the earth mover's distance)."""
    left, right = np.sort(np.ravel(one)), np.sort(np.ravel(other))
    if not len(left) or not len(right):
        return 1.0
    places = (np.arange(2000) + 0.5) / 2000
    apart = np.quantile(left, places) - np.quantile(right, places)
    return float(np.abs(apart).mean())


def divergence(one: ArrayLike, other: ArrayLike) -> float:
    """How far two lists of shares are apart (Jensen and Shannon, in bits)."""
    left, right = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    left, right = left / max(left.sum(), 1e-12), right / max(right.sum(), 1e-12)
    middle = (left + right) / 2
    found = 0.0
    for part in (left, right):
        held = part > 0
        found += 0.5 * float((part[held] * np.log2(part[held] / middle[held])).sum())
    return found
