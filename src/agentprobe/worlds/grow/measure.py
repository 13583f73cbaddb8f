"""A spectrum made ready to draw from: which of infinitely many values a number in [0, 1) falls on.

Values are numbered from the commonest. The weights of values that were counted are those of the posterior
of the Pitman-Yor process; of those that were not, the weight met by a random row is Beta(1 - d, theta + d)
distributed (size-biased picking: Pitman & Yor 1997, proposition 2), so that a share of rows divided by
that weight says how many values share it. Thus nothing is sampled and the tail never ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, gammaincinv

from agentprobe.worlds.grow.chance import Chance, Units, Whole
from agentprobe.worlds.shape.spectrum import Spectrum

_GRAIN = 2.0**-50
_WIDEST = 2.0**52
_CELLS = 1 << 14
_SINGLE = 256
_PIECES = 24
_WEIGHTY = 6
"""Values of one count are spread over so many weights."""


@dataclass(frozen=True)
class Measure:
    """Blocks of values of equal weight, the commonest first."""

    ends: Units
    """The share of rows that falls on a block or one before it."""
    starts: Units
    firsts: Whole
    """The number of a block's first value."""
    spans: Units
    """The share of rows that falls on a block."""
    widths: npt.NDArray[np.float64]
    """How many values a block has."""
    guide: Whole
    """The block on which each of `_CELLS` equal pieces of [0, 1) begins."""
    heavy: float = 0.0
    """The share of rows that falls on values with so many rows that chance can be left out."""

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, spectrum: Spectrum) -> Measure:
        """Make a spectrum ready; the same one is made once."""
        mass, many = _blocks(spectrum)
        if spectrum.again:
            mass = _tilted(mass / mass.sum(), many, spectrum.again)
        many = np.maximum(np.round(many), 1.0)
        order = np.argsort(-(mass / many), kind="stable")
        mass, many = mass[order], many[order]
        ends = np.round(np.cumsum(mass / mass.sum()) / _GRAIN) * _GRAIN
        ends[-1] = 1.0
        firsts = np.concatenate(([0.0], np.cumsum(many)[:-1]))
        kept = firsts < _WIDEST
        ends, firsts, many = ends[kept], firsts[kept], np.minimum(many[kept], _WIDEST)
        ends[-1] = 1.0
        starts = np.concatenate(([0.0], ends[:-1]))
        guide = np.searchsorted(ends, np.arange(_CELLS + 1) / _CELLS, side="right")
        weighty = (ends - starts) / many * spectrum.seen >= _WEIGHTY
        heavy = (
            float(ends[int(weighty.argmin()) - 1])
            if weighty.any() and not weighty.all()
            else float(weighty.all())
        )
        spans = np.maximum(ends - starts, _GRAIN)
        guide = np.minimum(guide, len(ends) - 1)
        return cls(ends, starts, firsts.astype(np.int64), spans, many, guide, heavy)

    def draw(self, units: Units) -> Whole:
        """The number of the value that each row has."""
        cells = (units * _CELLS).astype(np.int64)
        blocks = self.guide[cells]
        cells += 1
        torn = np.flatnonzero(blocks != self.guide[cells])
        blocks[torn] = np.minimum(np.searchsorted(self.ends, units[torn], side="right"), len(self.ends) - 1)
        spread = units - self.starts[blocks]
        spread /= self.spans[blocks]
        widths = self.widths[blocks]
        spread *= widths
        widths -= 1
        within = np.minimum(spread, widths, out=spread).astype(np.int64)
        within += self.firsts[blocks]
        return within

    def draw_evenly(self, places: Whole, chance: Chance) -> Whole:
        """The number of each place's value: common ones as often as they should be, rare ones by chance."""
        units = chance.evenly(places)
        rare = self.heavy + (1 - self.heavy) * chance.at("rare").units(places)
        return self.draw(np.where(units < self.heavy, units, np.minimum(rare, 1 - _GRAIN)))

    @property
    def collision(self) -> float:
        """How likely two rows have the same value."""
        return float(np.sum((self.ends - self.starts) ** 2 / self.widths))


def _blocks(spectrum: Spectrum) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    d, theta, rows = spectrum.discount, spectrum.strength, spectrum.seen
    mass = [np.maximum(np.asarray(spectrum.head, np.float64) - d, 1e-9) / (rows + theta)]
    many = [np.ones(len(spectrum.head))]
    for count, values in spectrum.rest:
        pieces = int(min(max(values, 1), _PIECES))
        weights = gammaincinv(max(count - d, 1e-3), (np.arange(pieces) + 0.5) / pieces)
        weights *= (count - d) / weights.mean()
        mass.append(np.asarray(weights * (values / pieces) / (rows + theta), np.float64))
        many.append(np.full(pieces, values / pieces))
    new = (theta + d * spectrum.distinct) / (rows + theta) if rows else 1.0
    unseen, others = _unseen(d, theta + d * spectrum.distinct)
    mass.append(unseen * new)
    many.append(others)
    return np.concatenate(mass), np.concatenate(many)


def _tilted(
    mass: npt.NDArray[np.float64], many: npt.NDArray[np.float64], again: float
) -> npt.NDArray[np.float64]:
    """Make heavy values heavier (or lighter) until two rows agree as often as they did where it was counted.

    The fit alone puts this too low when the values stand in clusters, such as the records of one person.
    """
    low, high = -0.25, 0.5
    weights = mass / many
    for _ in range(40):
        middle = (low + high) / 2
        found = mass * weights**middle
        found /= found.sum()
        if float(np.sum(found**2 / many)) < again:
            low = middle
        else:
            high = middle
    return found


def _unseen(d: float, theta: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Shares of the rows on values never counted, and how many values each falls on, the heaviest first.

    The heaviest `_SINGLE` stand by themselves: each has what the expected number of heavier values says.
    """
    low = np.geomspace(1e-12, 0.01, 120)
    shares = np.concatenate(([0.0], low, np.linspace(0.01, 1.0, 2000)[1:]))[::-1]
    middle = (shares[1:] + shares[:-1]) / 2
    weight = np.maximum(betaincinv(1 - d, theta + d, middle), 1e-16)
    number = np.concatenate(([0.0], np.cumsum((shares[:-1] - shares[1:]) / weight)))
    single = np.arange(min(_SINGLE, int(number[-1])) + 1, dtype=np.float64)
    edges = np.concatenate((single, number[number > single[-1] + 1]))
    mass = np.interp(edges, number, 1 - shares)
    mass[-1] = 1.0
    return (np.diff(mass), np.diff(edges)) if len(edges) > 1 else (np.ones(1), np.ones(1))
