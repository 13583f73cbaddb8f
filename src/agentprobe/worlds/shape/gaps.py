"""Which columns are empty together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agentprobe.worlds.shape.counting import Counting

_MOST = 500


def missing_of(
    empty: dict[str, npt.NDArray[np.bool_]], counting: Counting
) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Sets of columns with the share of rows in which they, and no others, are empty.

    Sets that fewer than `k` rows show are taken apart into their columns.
    """
    names = [name for name, gaps in empty.items() if gaps.any()]
    if not names:
        return ()
    rows = len(empty[names[0]])
    packed = np.packbits(np.stack([empty[name] for name in names], axis=1), axis=1)
    patterns, counts = np.unique(packed, axis=0, return_counts=True)
    told = counting.noisy(counts)
    sets: list[tuple[tuple[str, ...], float]] = []
    rare = dict.fromkeys(names, 0.0)
    for at in np.argsort(-counts, kind="stable"):
        bits = np.unpackbits(patterns[at], count=len(names)).astype(bool)
        columns = tuple(name for name, bit in zip(names, bits, strict=True) if bit)
        if columns and told[at] >= counting.k and len(sets) < _MOST:
            sets.append((columns, round(float(told[at]) / rows, 6)))
        elif columns:
            for name in columns:
                rare[name] += float(told[at]) / rows
    return (
        *sets,
        *(((name,), round(share, 6)) for name, share in rare.items() if share * rows >= counting.k),
    )
