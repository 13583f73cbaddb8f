"""How often distinct values recur: a Pitman-Yor process fitted to counts, which says what more rows would
show.

The process and the probability of a partition (EPPF) are those of Pitman & Yor, "The two-parameter
Poisson-Dirichlet distribution derived from a stable subordinator", Annals of Probability 25 (1997).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, gammaln

HEAD = 1000
"""So many of the commonest values keep a count of their own."""
FEW = 20
"""Below so many rows, or where nothing recurs, there is nothing to fit."""


class Spectrum(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often each distinct value stands, without the values."""

    discount: float
    """d: from 0, where the number of distinct values levels off, towards 1, where nearly all are new."""
    strength: float
    """theta: how readily new values come at the beginning."""
    seen: float = 0
    """How many rows were counted; 0 where the process is stated and nothing was counted."""
    head: tuple[float, ...] = ()
    """The counts of the commonest values, largest first."""
    rest: tuple[tuple[float, float], ...] = ()
    """Of the others: (count, how many values have it), largest count first."""

    again: float = 0.0
    """How likely two different rows have the same value, as counted without bias; 0 where it is not known."""

    @property
    def unseen(self) -> float:
        """The share of further rows that would have a value which was not counted."""
        known = self.seen + self.strength
        return (self.strength + self.discount * self.distinct) / known if self.seen else 1.0

    @property
    def distinct(self) -> float:
        """How many distinct values were counted."""
        return len(self.head) + sum(many for _, many in self.rest)


def spectrum_of(counts: Iterable[float], *, head: int = HEAD) -> Spectrum:
    """Fit the process to how often each distinct value was counted."""
    array = np.sort(np.asarray([c for c in counts if c > 0], np.float64))[::-1]
    if not len(array):
        return Spectrum(discount=0.0, strength=1.0)
    discount, strength = fitted(array)
    sizes, many = np.unique(array[head:], return_counts=True)
    rest = tuple(zip(sizes[::-1].tolist(), many[::-1].astype(float).tolist(), strict=True))
    return Spectrum(
        discount=round(discount, 6),
        strength=round(strength, 4),
        seen=float(array.sum()),
        head=tuple(array[:head].tolist()),
        rest=rest,
        again=again_of(array),
    )


def again_of(counts: npt.NDArray[np.float64]) -> float:
    """How likely two different rows agree; 0 where too few do to say (under 30 pairs)."""
    total, pairs = float(counts.sum()), float(np.sum(counts * (counts - 1)))
    return pairs / (total * (total - 1)) if pairs >= 60 else 0.0


def fitted(counts: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Discount and strength of the greatest likelihood for these counts."""
    total, distinct = float(counts.sum()), len(counts)
    if total < FEW or distinct == 1:
        return (0.0, 1.0) if distinct < total else (0.9, 10.0)
    sizes, many = np.unique(counts, return_counts=True)

    def loss(point: npt.NDArray[np.float64]) -> float:
        discount = float(expit(point[0])) * 0.995
        strength = float(np.exp(np.clip(point[1], -12, 25)))
        return -_likelihood(total, distinct, sizes, many, discount, strength)

    starts = [(-2.0, np.log(distinct / 4 + 1)), (0.0, np.log(distinct / 4 + 1)), (1.5, 0.0)]
    found = min((minimize(loss, start, method="Nelder-Mead") for start in starts), key=lambda one: one.fun)
    return float(expit(found.x[0])) * 0.995, float(np.exp(np.clip(found.x[1], -12, 25)))


def _likelihood(
    total: float,
    distinct: int,
    sizes: npt.NDArray[np.float64],
    many: npt.NDArray[np.intp],
    discount: float,
    strength: float,
) -> float:
    """The logarithm of the EPPF; products over the values seen are written by gamma functions."""
    d = max(discount, 1e-9)
    news = (distinct - 1) * np.log(d) + gammaln(strength / d + distinct) - gammaln(strength / d + 1)
    rows = gammaln(strength + total) - gammaln(strength + 1)
    again = float(np.sum(many * (gammaln(sizes - d) - gammaln(1 - d))))
    return float(news - rows + again)
