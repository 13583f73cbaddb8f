"""Does a whole person of the source come back in a regenerated world, more often than by chance?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from agentprobe.worlds.leaks.blocks import Blocks, Codes
from agentprobe.worlds.leaks.result import Check

COMMON = 10
"""What so many rows of the source share is nobody's own."""
SURE = 0.999
NAME = "whole rare persons"


def recurring(found: Blocks, *, mapped: bool) -> Iterator[Check]:
    """Each two blocks, such as name and birth date: how many rare pairs of the source stand in the world."""
    for one, other in combinations(range(len(found.names)), 2):
        if one == 0:  # without a name it is nobody
            yield _pairs(found, one, other, mapped=mapped)


def _pairs(found: Blocks, one: int, other: int, *, mapped: bool) -> Check:
    ours, theirs = (_joined(side[one], side[other]) for side in (found.ours, found.theirs))
    known, counts = np.unique(ours[ours >= 0], return_counts=True)
    known = known[counts < COMMON]
    recurs = np.isin(known, theirs)
    expected = 0.0 if mapped else _by_chance(known, found, one, other)
    bound = float(poisson.ppf(SURE, expected)) if expected > 0 else 0.0
    rows = np.flatnonzero(np.isin(theirs, known[recurs]))
    value = int(recurs.sum())
    return Check(
        name=NAME,
        where=f"{found.table}.{found.names[one]}, {found.names[other]}",
        value=value,
        bound=bound,
        holds=value <= bound if len(known) else None,
        n=len(known),
        expected=round(expected, 2),
        rows=tuple(rows[:5].tolist()),
    )


_WIDE = 1 << 31


def _joined(one: Codes, other: Codes) -> Codes:
    return np.where((one < 0) | (other < 0), -1, one * _WIDE + other)


def _by_chance(known: NDArray[np.int64], found: Blocks, one: int, other: int) -> float:
    """How many of these pairs a world would have that draws both of its blocks independently."""
    first, second = found.theirs[one], found.theirs[other]
    rows = int(((first >= 0) & (second >= 0)).sum())
    if not rows:
        return 0.0
    shares = _shares(first, known // _WIDE) * _shares(second, known % _WIDE)
    return float(-np.expm1(rows * np.log1p(-np.minimum(shares, 1 - 1e-12))).sum())


def _shares(codes: Codes, wanted: Codes) -> NDArray[np.float64]:
    """The share of rows that have each wanted number."""
    counts = np.bincount(codes[codes >= 0], minlength=int(wanted.max(initial=0)) + 1)
    return counts[wanted] / max(int((codes >= 0).sum()), 1)
