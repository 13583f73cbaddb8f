"""How many rows refer to one row of another table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agentprobe.worlds.shape.counting import Counting
from agentprobe.worlds.shape.model import Fan

_EXACT = 64
"""Up to so many each number stands by itself; beyond, numbers stand together in bands."""


def fan_of(
    columns: tuple[str, ...], counts: npt.NDArray[np.int64], parents: int, rows: int, counting: Counting
) -> Fan:
    """The shape of a reference: `counts` are the rows of each parent that has any, of `parents` in all."""
    none = max(parents - len(counts), 0)
    return Fan(
        columns=columns,
        sizes=sizes_of(np.concatenate((np.zeros(none, np.int64), counts)), counting),
        empty=round(1 - float(counts.sum()) / rows, 6) if rows else 0.0,
        popular=counting.spectrum(counts) if len(counts) > 1 else None,
    )


def sizes_of(counts: npt.NDArray[np.int64], counting: Counting) -> tuple[tuple[float, float], ...]:
    """(number, share), with numbers beyond `_EXACT` in bands of an eighth more each, by their mean."""
    if not len(counts):
        return ((1.0, 1.0),)
    bands = np.where(
        counts <= _EXACT,
        counts,
        _EXACT + np.floor(np.log(np.maximum(counts, 1) / _EXACT) / np.log(1.125)) + 1,
    )
    _, back, many = np.unique(bands, return_inverse=True, return_counts=True)
    means = np.bincount(back, weights=counts) / many
    told = counting.noisy(many)
    total = max(float(told.sum()), 1.0)
    return tuple(
        (round(mean, 2), round(count / total, 8))
        for mean, count in zip(means.tolist(), told.tolist(), strict=True)
        if count
    )
