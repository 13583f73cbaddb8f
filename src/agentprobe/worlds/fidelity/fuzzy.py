"""How many rows are near each of some texts, by the measures that searches for names use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from agentprobe.worlds.fidelity.asking import ASKED, picked
from agentprobe.worlds.fidelity.columns import Coded, Columns

AT_ONCE = 8_000_000
"""So many pairs are compared at a time."""
MOST_PAIRS = 300_000_000
FEWEST = 200


def asked_names(columns: Columns, name: str) -> list[str]:
    """Values of picked rows in small letters; fewer where the column is so rich that each costs much."""
    coded = columns.folded(name)
    most = max(min(ASKED, MOST_PAIRS // max(len(coded.values), 1)), FEWEST)
    return [value for _, value in picked(coded, columns.picks(most)) if value.strip()]


def similar(columns: Columns, name: str) -> dict[float, NDArray[np.int64]]:
    """Rows at Jaro-Winkler .92 and .85 for each asked name; both come of one pass."""

    def make() -> dict[float, NDArray[np.int64]]:
        cutoffs = (0.92, 0.85)
        coded, asked = columns.folded(name), asked_names(columns, name)
        sizes = {cutoff: np.zeros(len(asked), np.int64) for cutoff in cutoffs}

        def count(scores: NDArray[Any], counts: NDArray[np.int64], rows: slice) -> None:
            for cutoff in cutoffs:
                sizes[cutoff][rows] += (scores >= cutoff) @ counts

        compared(asked, coded, JaroWinkler.similarity, count, cutoff=0.85, kind=np.float32)
        return sizes

    return columns.once(("similar", name), make)


def misspelt(columns: Columns, name: str, most: int = 2) -> NDArray[np.int64]:
    """Rows at most so many edits away, a swap of two neighbours counting as one (OSA)."""
    coded, asked = columns.folded(name), asked_names(columns, name)
    sizes = np.zeros(len(asked), np.int64)

    def count(distances: NDArray[Any], counts: NDArray[np.int64], rows: slice) -> None:
        sizes[rows] += (distances <= most) @ counts

    compared(asked, coded, OSA.distance, count, cutoff=most, kind=np.uint8)
    return sizes


def compared(
    asked: Sequence[str],
    coded: Coded,
    scorer: Callable[..., Any],
    count: Callable[[NDArray[Any], NDArray[np.int64], slice], None],
    *,
    cutoff: float,
    kind: Any,
) -> None:
    """Compare every asked text with every value, a block at a time, and have the scores counted."""
    if not asked:
        return
    step = max(AT_ONCE // len(asked), 1)
    for first in range(0, len(coded.values), step):
        values = coded.values.slice(first, step).to_pylist()
        scores = process.cdist(asked, values, scorer=scorer, score_cutoff=cutoff, dtype=kind, workers=1)
        count(scores, coded.counts[first : first + step], slice(0, len(asked)))
