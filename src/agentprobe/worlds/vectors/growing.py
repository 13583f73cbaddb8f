"""Grow vectors from first ones: each new row is a step away from an earlier one, so families have depth.

How long the steps are is measured; their directions are those in which the first rows differ from each other,
as most of a space of embeddings is empty. A row is a function of its place alone: nothing is kept of the rows
before it, whose steps are taken again where a later one descends from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.draws import below, numbers, shares
from agentprobe.worlds.source import BATCH_ROWS
from agentprobe.worlds.vectors.neighbours import Vectors, apart, nearest, unit

_DIRECTIONS = 4096
_MIXED = 12
"""Each direction is made of so many first rows, so that it leads to none of them."""
_TAKEN = 3
_EXPANDED = 8192
_FARTHEST = 1.38
"""Steps end before the right angle, where nothing of the parent would be left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The first rows and how others descend from them; see `VectorShape` for the numbers."""

    first: Vectors
    steps: tuple[float, ...]
    thinning: tuple[float, ...]
    families: float
    own: float
    counted: int
    """At so many rows `steps` were measured."""

    def with_(self, **changed: Any) -> Growth:
        """The same with some numbers changed."""
        return replace(self, **changed)


def grown(growth: Growth, rows: int, seed: int) -> Iterator[Vectors]:
    """`rows` vectors of length 1 in batches; fewer rows are the beginning of more."""
    ground = _Ground(growth, seed)
    for start in range(0, rows, BATCH_ROWS):
        found = np.empty((min(BATCH_ROWS, rows - start), growth.first.shape[1]), dtype=np.float32)
        for at in range(0, len(found), _EXPANDED):
            part = found[at : at + _EXPANDED]
            part[:] = ground.vectors(np.arange(start + at, start + at + len(part)))
        yield found


def stepped(growth: Growth, vectors: Vectors, seed: int) -> Vectors:
    """Each vector one step away from where it was, as far as its nearest neighbour may be."""
    ground = _Ground(growth.with_(first=vectors), seed)
    rows = np.arange(len(vectors))
    return ground.step(vectors, rows + len(vectors), np.minimum(ground.reach, _FARTHEST))


class _Ground:
    """What all rows of one growth descend from."""

    def __init__(self, growth: Growth, seed: int) -> None:
        self._growth, self._seed = growth, seed
        first = growth.first
        self._order = np.argsort(numbers(seed, "first", np.arange(len(first))), kind="stable")
        self._directions = _directions(first)
        self.reach = _reach(first)

    def vectors(self, rows: NDArray[np.int64]) -> Vectors:
        """The vectors of some rows: their ancestors are gone through from the first row down."""
        layers, parents = [rows], []
        while len(young := layers[-1][layers[-1] >= len(self._growth.first)]):
            above = self._parents(young)
            parents.append((young, above))
            layers.append(np.unique(above))
        known, found = layers[-1], self._firsts(layers[-1])
        for wanted, (young, above) in zip(reversed(layers[:-1]), reversed(parents), strict=True):
            known, found = wanted, self._next(wanted, young, found[np.searchsorted(known, above)])
        return found

    def _next(self, wanted: NDArray[np.int64], young: NDArray[np.int64], parents: Vectors) -> Vectors:
        """The rows `wanted`, first ones and `young` ones, given the parents of these."""
        old = wanted < len(self._growth.first)
        vectors = np.empty((len(wanted), parents.shape[1]), dtype=np.float32)
        vectors[old] = self._firsts(wanted[old])
        vectors[~old] = self.step(parents, young, self._far(young))
        return vectors

    def _firsts(self, rows: NDArray[np.int64]) -> Vectors:
        return self._growth.first[self._order[rows]]

    def _parents(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        # Near ones may descend from any row, so families have depth; far ones begin anew.
        anyone = shares(self._seed, "step", rows) < self._growth.families
        return below(np.where(anyone, rows, len(self._growth.first)), self._seed, "parent", rows)

    def _far(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """How far each row lies from its parent, which is less the more rows there are."""
        growth = self._growth
        drawn = shares(self._seed, "step", rows)
        places = (np.arange(len(growth.steps)) + 0.5) / len(growth.steps)
        thinning = np.interp(
            drawn, (np.arange(len(growth.thinning)) + 0.5) / len(growth.thinning), growth.thinning
        )
        thinner = (growth.counted / rows.astype(np.float64)) ** thinning
        return np.minimum(np.interp(drawn, places, growth.steps) * thinner, _FARTHEST)

    def step(self, parents: Vectors, rows: NDArray[np.int64], far: NDArray[np.float64]) -> Vectors:
        """Go so far from each parent on the unit sphere, in the direction that each row's place decides."""
        own = np.float32(self._growth.own)
        way = _fresh(self._seed, rows, parents.shape[1])
        way *= own / np.float32(np.sqrt(parents.shape[1]))
        bits = numbers(self._seed, "direction", rows)
        for one in range(_TAKEN):
            places = ((bits >> np.uint64(20 * one)) % np.uint64(len(self._directions))).astype(np.int64)
            way += (np.float32(1) - own) / np.float32(np.sqrt(_TAKEN)) * self._directions[places]
        along = _inner(way, parents)
        way -= along[:, None] * parents
        long = np.sqrt(_inner(way, way))
        cosine = 1.0 - np.square(far) / 2.0
        sine = np.sqrt(np.maximum(1.0 - np.square(cosine), 0.0))
        way *= (sine / np.maximum(long, 1e-9)).astype(np.float32)[:, None]
        way += cosine.astype(np.float32)[:, None] * parents
        return unit(way)


def _inner(one: Vectors, other: Vectors) -> NDArray[np.float32]:
    found: NDArray[np.float32] = (one * other).sum(axis=1, dtype=np.float32)
    return found


def _directions(first: Vectors) -> Vectors:
    """Many directions that lead as the first rows differ, each made of several of them."""
    if len(first) < 3:
        return np.concatenate([np.eye(first.shape[1]), -np.eye(first.shape[1])]).astype(np.float32)
    middle = first.mean(axis=0, dtype=np.float64).astype(np.float32)
    found = np.zeros((_DIRECTIONS, first.shape[1]), dtype=np.float32)
    rows = np.arange(_DIRECTIONS)
    for one in range(_MIXED):
        bits = numbers(0, "mixed", rows, one)
        sign = np.where(bits >> np.uint64(63), np.float32(1), np.float32(-1))
        found += sign[:, None] * (first[(bits % np.uint64(len(first))).astype(np.int64)] - middle)
    return unit(found)


def _fresh(seed: int, rows: NDArray[np.int64], dimensions: int) -> Vectors:
    """Directions that have nothing to do with the data, one for each row: 1 or -1 in every dimension."""
    words = np.arange(-(-dimensions // 64))
    bits = numbers(seed, "fresh", rows[:, None], words[None, :]).astype("<u8")
    signs = np.unpackbits(bits.view(np.uint8), axis=1, count=dimensions)
    found: Vectors = signs.astype(np.float32)
    found *= np.float32(2)
    found -= np.float32(1)
    return found


def _reach(first: Vectors) -> NDArray[np.float64]:
    """How far each first row's nearest neighbour is."""
    if len(first) < 2:
        return np.full(len(first), 0.5)
    cosines, _ = nearest(first, [first], 1, own=np.arange(len(first)))
    return np.round(apart(cosines[:, 0]), 6)
