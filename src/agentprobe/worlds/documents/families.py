"""Find families of documents: those that are so alike that one was made from the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from agentprobe.worlds.documents.minhash import (
    Shingles,
    candidates,
    estimated,
    resemblance,
    shingles,
    sketched,
)
from agentprobe.worlds.vectors.neighbours import Vectors, nearest

ALIKE = 0.6
"""Documents that share so much of their pairs of words are of one family."""
_DOUBT = 0.15
"""A sketch's estimate is off by less than this in all but one case in a hundred."""
_NEAR = 0.97
_VECTORS = 20_000


@dataclass(frozen=True, slots=True)
class Families:
    """Which documents belong together."""

    family: NDArray[np.int64]
    """For each document the number of its family."""
    ones: NDArray[np.int64]
    others: NDArray[np.int64]
    """Pairs of one family, as found: not all pairs, but all of a family hang together by them."""
    alike: NDArray[np.float64]
    """How alike each pair is."""
    shingles: Shingles

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many documents each family has."""
        return np.bincount(self.family)


def families(texts: pa.Array[Any], vectors: Vectors | None = None) -> Families:
    """Families of documents that resemble each other by `ALIKE`, or whose vectors nearly coincide."""
    of = shingles(texts)
    sketches = sketched(of)
    ones, others = candidates(sketches, of.sizes > 0)
    likely = estimated(sketches, ones, others) >= ALIKE - _DOUBT
    ones, others = ones[likely], others[likely]
    alike = resemblance(of, ones, others)
    held = alike >= ALIKE
    ones, others, alike = ones[held], others[held], alike[held]
    if vectors is not None and 1 < len(vectors) <= _VECTORS:
        cosines, rows = nearest(vectors, [vectors], 1, own=np.arange(len(vectors)))
        near = np.flatnonzero(cosines[:, 0] >= _NEAR)
        ones, others = np.concatenate([ones, near]), np.concatenate([others, rows[near, 0]])
        alike = np.concatenate([alike, resemblance(of, near, rows[near, 0])])
    graph = coo_array((np.ones(len(ones)), (ones, others)), shape=(len(of), len(of)))
    _, family = connected_components(graph, directed=False)
    return Families(family.astype(np.int64), ones, others, alike, of)
