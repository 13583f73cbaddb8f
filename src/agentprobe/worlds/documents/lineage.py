"""Who descends from whom: families that grow as real ones do, each new member made from an earlier one.

The process is that of Pitman and Yor ("The two-parameter Poisson-Dirichlet distribution", 1997): few families
are large, many are small, and new ones never cease to come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

from agentprobe.worlds.draws import below, shares


@dataclass(frozen=True, slots=True)
class Lineage:
    """Of each row the earlier row that it was made from, or itself where it founds a family."""

    parent: NDArray[np.int64]
    depth: NDArray[np.int32]

    @property
    def founder(self) -> NDArray[np.bool_]:
        """Which rows found a family."""
        made: NDArray[np.bool_] = self.parent == np.arange(len(self.parent))
        return made


def lineage(discount: float, strength: float, rows: int, seed: int) -> Lineage:
    """Draw so many rows; fewer are the beginning of more.

    A row looks at an earlier one at random. It founds a family of its own with probability strength /
    (strength + rows before), or, where that earlier row is a founder, with probability `discount`; else it
    joins. Counted over all rows, these are the probabilities of Pitman and Yor, though no family's size is
    kept.
    """
    at = np.arange(rows)
    looked = below(np.maximum(at, 1), seed, "looked", at)
    new = shares(seed, "new", at) * (strength + at) < strength
    asks = (shares(seed, "discount", at) < discount) & ~new
    founder = new.copy()
    if rows:
        founder[0], asks[0] = True, False
    waiting = np.flatnonzero(asks)
    known = ~asks
    while len(waiting):
        ready = known[looked[waiting]]
        founder[waiting[ready]] = founder[looked[waiting[ready]]]
        known[waiting[ready]] = True
        waiting = waiting[~ready]
    parent = np.where(founder, at, looked)
    return Lineage(parent, _depths(parent))


def _depths(parent: NDArray[np.int64]) -> NDArray[np.int32]:
    """How many steps it is from each row to its founder, by jumps that double."""
    depth = (parent != np.arange(len(parent))).astype(np.int32)
    jump = parent
    while (further := depth[jump]).any():
        depth = depth + further
        jump = jump[jump]
    made: NDArray[np.int32] = depth
    return made


def fitted(sizes: NDArray[np.int64]) -> tuple[float, float]:
    """Discount and strength under which families of these sizes are likeliest (maximum likelihood)."""
    total, count = int(sizes.sum()), len(sizes)
    if count < 2 or total == count:
        return (0.97, 10.0)
    found, many = np.unique(sizes, return_counts=True)

    def unlikely(x: NDArray[np.float64]) -> float:
        discount = 1 / (1 + np.exp(-x[0]))
        strength = np.exp(x[1])
        told = (
            (count - 1) * np.log(discount)
            + gammaln(strength / discount + count)
            - gammaln(strength / discount + 1)
        )
        told -= gammaln(strength + total) - gammaln(strength + 1)
        told += float((many * (gammaln(found - discount) - gammaln(1 - discount))).sum())
        return -float(told)

    best = minimize(unlikely, np.array([0.0, np.log(10.0)]), method="Nelder-Mead")
    discount = float(np.clip(1 / (1 + np.exp(-best.x[0])), 0.001, 0.995))
    return (round(discount, 4), round(float(np.clip(np.exp(best.x[1]), 1e-3, 1e7)), 4))
