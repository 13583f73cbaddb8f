"""Find the nearest of many vectors exactly, and say of what dimension their neighbourhood is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_AT_ONCE = 16_384
_TINY = 1e-6


def unit(vectors: Vectors) -> Vectors:
    """The same directions, of length 1; zeros stay zeros."""
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    found: Vectors = (vectors / np.maximum(lengths, np.float32(1e-12))).astype(np.float32)
    return found


def nearest(
    queries: Vectors, batches: Iterable[Vectors], k: int, *, own: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """For each query the `k` highest cosines among all rows, highest first, and which rows they are.

    `own` says which row a query is itself: it does not count as its own neighbour.
    """
    asked = unit(queries)
    scores = np.full((len(asked), k), -2.0, dtype=np.float32)
    rows = np.full((len(asked), k), -1, dtype=np.int64)
    start = 0
    for batch in batches:
        for at in range(0, len(batch), _AT_ONCE):
            part = unit(batch[at : at + _AT_ONCE])
            found = asked @ part.T
            if own is not None:
                there = np.flatnonzero((own >= start) & (own < start + len(part)))
                found[there, own[there] - start] = -2.0
            scores, rows = _merged(scores, rows, found, start, k)
            start += len(part)
    return scores, rows


def _merged(
    scores: NDArray[np.float32], rows: NDArray[np.int64], found: NDArray[np.float32], start: int, k: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    keep = min(k, found.shape[1])
    best = np.argpartition(-found, keep - 1, axis=1)[:, :keep]
    all_scores = np.concatenate([scores, np.take_along_axis(found, best, axis=1)], axis=1)
    all_rows = np.concatenate([rows, best + start], axis=1)
    order = np.argsort(-all_scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(all_scores, order, axis=1), np.take_along_axis(all_rows, order, axis=1)


def apart(cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """How far unit vectors with these cosines are from each other."""
    found: NDArray[np.float64] = np.sqrt(np.maximum(2.0 - 2.0 * cosines.astype(np.float64), 0.0))
    return found


def dimension(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """The local intrinsic dimension at each point, from the distances to its nearest, nearest first.

    The maximum-likelihood estimate of Amsaleg, Chelly, Furon et al., "Estimating local intrinsic
    dimensionality", KDD 2015; points that coincide with a neighbour are counted a little apart from it.
    """
    ratios = np.log(np.maximum(distances, _TINY) / np.maximum(distances[:, -1:], _TINY))
    found: NDArray[np.float64] = -1.0 / np.minimum(ratios[:, :-1].mean(axis=1), -1e-3)
    return found
