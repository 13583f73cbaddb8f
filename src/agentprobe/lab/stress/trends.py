"""Figures of a load with their intervals: percentiles, comparisons of rates, slopes over time."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, sqrt

import numpy as np
from scipy.special import bdtr, ndtri

from agentprobe.lab.stress.found import Figure, Point


def percentile(values: Sequence[float], share: float, confidence: float = 0.95) -> Figure:
    """A percentile, with the exact interval between two of the ordered values (Hahn and Meeker, 1991).

    Of n values the number below the true percentile is binomial. An end is None where n is too small for it.
    """
    ordered, n, tail = sorted(values), len(values), (1 - confidence) / 2
    below = [rank for rank in range(1, n + 1) if bdtr(rank - 1, n, share) <= tail]
    above = next((rank for rank in range(1, n + 1) if bdtr(rank - 1, n, share) >= 1 - tail), None)
    return Figure(
        value=float(np.quantile(ordered, share)),
        low=ordered[below[-1] - 1] if below else None,
        high=ordered[above - 1] if above is not None else None,
    )


def chance_of_more(failed: int, of: int, base_failed: int, base_of: int) -> float:
    """How likely so many failures are where load makes no difference (Fisher, 1934, one-sided)."""
    total, marked = of + base_of, failed + base_failed
    most = min(of, marked)
    return min(sum(_hypergeometric(k, total, marked, of) for k in range(failed, most + 1)), 1.0)


def _hypergeometric(k: int, total: int, marked: int, drawn: int) -> float:
    if drawn - k > total - marked:
        return 0.0
    return exp(_choose(marked, k) + _choose(total - marked, drawn - k) - _choose(total, drawn))


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def slope(points: Sequence[Point], confidence: float = 0.95) -> Figure | None:
    """The median slope between all pairs (Sen, 1968), a minute, with its interval; None below 4 points.

    A few wild values do not move it, and a rhythm in the figures, such as a collector's, hardly does.
    """
    n = len(points)
    if n < 4:
        return None
    at, values = np.array([one.at for one in points]), np.array([one.value for one in points])
    first, second = np.triu_indices(n, 1)
    apart = at[second] - at[first]
    known = apart > 0
    slopes = np.sort((values[second] - values[first])[known] / apart[known]) * 60
    spread = float(ndtri((1 + confidence) / 2)) * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low, high = int((len(slopes) - spread) / 2), int((len(slopes) + spread) / 2)
    return Figure(
        value=float(np.median(slopes)),
        low=float(slopes[max(low, 0)]),
        high=float(slopes[min(high, len(slopes) - 1)]),
    )


def rate_slope(points: Sequence[Point], confidence: float = 0.95) -> Figure | None:
    """The slope of a rate over single yes and no, a minute, by least squares; None below 4 points."""
    if len(points) < 4:
        return None
    at, values = np.array([one.at for one in points]), np.array([one.value for one in points])
    centred = at - at.mean()
    square = float((centred**2).sum())
    if square <= 0:
        return None
    value = float((centred * values).sum()) / square
    rest = values - values.mean() - value * centred
    error = sqrt(float((rest**2).sum()) / max(len(points) - 2, 1) / square)
    half = float(ndtri((1 + confidence) / 2)) * error
    return Figure(value=value * 60, low=(value - half) * 60, high=(value + half) * 60)


def binned(points: Sequence[Point], bins: int) -> tuple[Point, ...]:
    """The median of each of so many equal parts of the time; those in which nothing was are left out."""
    if not points:
        return ()
    first, last = min(one.at for one in points), max(one.at for one in points)
    width = (last - first) / bins or 1.0
    parts: dict[int, list[Point]] = {}
    for one in points:
        parts.setdefault(min(int((one.at - first) / width), bins - 1), []).append(one)
    return tuple(
        Point(
            at=float(np.mean([one.at for one in part])), value=float(np.median([one.value for one in part]))
        )
        for _, part in sorted(parts.items())
    )
