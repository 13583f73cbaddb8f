"""Strings put together for whole columns: parts are gathered and joined, a Python loop runs over none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.grow.chance import Units, Whole
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.shape.arrays import Values as Strings
from agentprobe.worlds.shape.arrays import pc, picked

_FEW = 60
"""So many numbers are sooner compared with all rows than looked for by each."""


def strings(values: Sequence[str | None]) -> Strings:
    """An Arrow column of text."""
    return pa.array(values, pa.string())


def joined(*parts: Strings | str) -> Strings:
    """Parts put end to end, row by row."""
    found: Strings = pc.binary_join_element_wise(*parts, "")
    return found


def replaced(values: Strings, places: npt.NDArray[np.integer], news: Strings) -> Strings:
    """The column with other values at some places."""
    return Gathered(values).changed([(places, Gathered(news))]).written()


def chosen(shares: Sequence[float], units: Units) -> Whole:
    """Which of some shares each number in [0, 1) falls on; the last number stands for "none of them"."""
    ends = np.cumsum(np.asarray(shares, np.float64))
    if len(ends) and ends[-1] > 1:
        ends = ends / ends[-1]
    if len(ends) <= _FEW:
        found = np.zeros(len(units), np.uint8)
        for end in ends:
            found += (units >= end).view(np.uint8)
        return found.astype(np.int64)
    return np.searchsorted(ends, units, side="right").astype(np.int64)


def between(knots: npt.NDArray[np.float64], units: Units) -> npt.NDArray[np.float64]:
    """The value at a share of the rows, between evenly spaced quantiles."""
    if len(knots) == 1:
        return np.full(len(units), knots[0])
    at = units * (len(knots) - 1)
    low = np.minimum(at.astype(np.int64), len(knots) - 2)
    found: npt.NDArray[np.float64] = knots[low] + (knots[low + 1] - knots[low]) * (at - low)
    return found


def digits(numbers: npt.NDArray[np.integer], width: int) -> Strings:
    """Numbers with leading zeros, at least `width` digits wide."""
    plain = pa.array(numbers.astype(np.int64)).cast(pa.string())
    found: Strings = pc.utf8_lpad(plain, width, "0")
    return found


__all__ = [
    "Strings",
    "between",
    "chosen",
    "digits",
    "joined",
    "picked",
    "replaced",
    "strings",
]
