"""How far two spreads lie apart: the distances of the fidelity report, each with what chance alone gives.

Sources: Wasserstein-1 on the line is the area between two distribution functions (Vallender 1974); KS is
their largest distance (Kolmogorov 1933); Jensen-Shannon divergence as in Lin 1991, in bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.result import Spread

Floats = NDArray[np.float64]
DRAWS = 80
SURE = 0.95
SMOOTH = 1e-4
"""Put to every class before logarithms, so that an empty one costs much but not without end."""
FINE = 0.125
"""Sizes beyond 32 rows are told to an eighth of a bit."""


def of_sizes(sizes: NDArray[Any], weights: NDArray[Any] | None = None) -> Spread:
    """Result sizes as log2(1 + size)."""
    bits = np.log2(1.0 + np.asarray(sizes, np.float64))
    grid = np.where(bits > 5, np.round(bits / FINE) * FINE, np.round(bits, 4))
    return _gathered(grid, weights)


def of_scores(scores: NDArray[Any], step: float = 0.005) -> Spread:
    """Figures between -1 and 1, or others of that order."""
    return _gathered(np.round(np.round(np.asarray(scores, np.float64) / step) * step, 6), None)


def _gathered(grid: Floats, weights: NDArray[Any] | None) -> Spread:
    at, where = np.unique(grid, return_inverse=True)
    mass = np.bincount(where.ravel(), weights=weights, minlength=len(at)).astype(np.float64)
    share = mass / (mass.sum() or 1.0)
    return Spread(at=tuple(at.tolist()), share=tuple(np.round(share, 7).tolist()))


def _joined(one: Spread, other: Spread) -> tuple[Floats, Floats, Floats]:
    at = np.union1d(one.at, other.at)
    return at, _laid(one, at), _laid(other, at)


def _laid(spread: Spread, at: Floats) -> Floats:
    laid = np.zeros(len(at))
    laid[np.searchsorted(at, np.asarray(spread.at))] = spread.share
    return laid / (laid.sum() or 1.0)


def w1(one: Spread, other: Spread) -> float:
    """The work it takes to turn one spread into the other."""
    at, p, q = _joined(one, other)
    return float(_w1(at)(p, q))


def ks(one: Spread, other: Spread) -> float:
    """The largest distance between two distribution functions."""
    _, p, q = _joined(one, other)
    return float(_ks(p, q))


def w1_by_chance(one: Spread, other: Spread, n: int, m: int) -> float:
    """What W1 stays below in 95 % of cases when both are samples of one spread."""
    at, p, q = _joined(one, other)
    return by_chance(_w1(at), p, q, n, m)


def ks_by_chance(one: Spread, other: Spread, n: int, m: int) -> float:
    """What KS stays below in 95 % of cases when both are samples of one spread."""
    _, p, q = _joined(one, other)
    return by_chance(_ks, p, q, n, m)


def _w1(at: Floats) -> Callable[[Floats, Floats], Floats]:
    gaps = np.diff(at)
    return lambda p, q: np.asarray((np.abs(np.cumsum(p - q, axis=-1))[..., :-1] * gaps).sum(axis=-1))


def _ks(p: Floats, q: Floats) -> Floats:
    return np.asarray(np.abs(np.cumsum(p - q, axis=-1)).max(axis=-1, initial=0.0))


def kl(p: Floats, q: Floats) -> Floats:
    """Kullback-Leibler divergence in bits, smoothed."""
    p = (p + SMOOTH) / (p + SMOOTH).sum(axis=-1, keepdims=True)
    q = (q + SMOOTH) / (q + SMOOTH).sum(axis=-1, keepdims=True)
    return np.asarray((p * np.log2(p / q)).sum(axis=-1))


def kl_by_chance(p: Floats, q: Floats, n: int, m: int) -> float:
    """What the divergence of two spectra stays below in 95 % of cases when both are of one population.

    Not rows are drawn but values with all their rows: of those that stand often there are few.
    """
    if not n or not m:
        return float("inf")
    times = np.asarray(1.5 * 2.0 ** np.arange(len(p)), np.float64)
    chance = np.random.default_rng(0)
    pooled = (p * n + q * m) / (n + m)
    sides = [_drawn(pooled * rows / times, times, chance) for rows in (n, m)]
    return float(np.quantile(kl(*sides), SURE))


def _drawn(values: Floats, times: Floats, chance: np.random.Generator) -> Floats:
    """Shares of rows, with each class's number of values drawn anew."""
    rows = chance.poisson(values, (DRAWS, len(values))) * times
    return np.asarray(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1.0))


def js(p: Floats, q: Floats) -> Floats:
    """Jensen-Shannon divergence in bits: 0 for the same, 1 for what has nothing in common."""
    middle = (p + q) / 2
    return np.asarray((_against(p, middle) + _against(q, middle)) / 2)


def _against(p: Floats, middle: Floats) -> Floats:
    safe = np.where(p > 0, p, 1.0)
    return np.asarray(
        np.where(p > 0, p * np.log2(safe / np.where(middle > 0, middle, 1.0)), 0.0).sum(axis=-1)
    )


def by_chance(distance: Callable[[Floats, Floats], Floats], p: Floats, q: Floats, n: int, m: int) -> float:
    """What a distance stays below in 95 % of cases when both sides are drawn from one and the same."""
    if not n or not m:
        return float("inf")
    pooled = (p * n + q * m) / (n + m)
    pooled = pooled / (pooled.sum() or 1.0)
    chance = np.random.default_rng(0)
    ones = chance.multinomial(n, pooled, DRAWS) / n
    others = chance.multinomial(m, pooled, DRAWS) / m
    return float(np.quantile(distance(ones, others), SURE))
