"""What a search of documents meets in a world: families of near-duplicates, and a next best that is close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.documents.families import families
from agentprobe.worlds.documents.shape import read_documents
from agentprobe.worlds.measure import Measure, distance, moved
from agentprobe.worlds.schema import Table
from agentprobe.worlds.source import Reading
from agentprobe.worlds.untyped import pc
from agentprobe.worlds.vectors import measure as vectors
from agentprobe.worlds.vectors.embed import embed, rarity

MOST = 50_000
"""Of a larger collection the first so many are compared."""
QUERIES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDocuments:
    """What was met in a collection."""

    rows: int
    family: NDArray[np.int64]
    """For each document the size of its family."""
    alike: NDArray[np.float64]
    """How much neighbours in a family resemble each other."""
    words: NDArray[np.int64]
    found: vectors.MeasuredVectors
    """What searches by meaning meet, by our own embedding."""

    @property
    def near(self) -> float:
        """The share of documents that have a near-duplicate."""
        return float((self.family > 1).mean()) if self.rows else 0.0


def measured(reading: Reading, table: Table, *, most: int = MOST) -> MeasuredDocuments:
    """Look at a table of documents; raises ConfigError where no column has the role `document`."""
    bodies, _, _ = read_documents(reading, table, most)
    found = families(bodies)
    embedded = embed(bodies, rarity(bodies))
    embedded = embedded[np.abs(embedded).sum(axis=1) > 0]
    places = vectors.spread(len(embedded), min(len(embedded), 4 * QUERIES))
    asked = places[:QUERIES]
    if len(embedded) > 1:
        searched = vectors.searched(embedded[asked], iter([embedded]), len(embedded), asked, embedded[places])
    else:
        searched = vectors.nothing(len(embedded))
    return MeasuredDocuments(
        rows=len(bodies),
        family=found.sizes[found.family] if len(bodies) else np.zeros(0, dtype=np.int64),
        alike=found.alike,
        words=np.asarray(pc.count_substring_regex(pc.fill_null(bodies, ""), r"[\pL\pN]+")).astype(np.int64),
        found=searched,
    )


def compare(one: MeasuredDocuments, other: MeasuredDocuments) -> tuple[Measure, ...]:
    """How far two collections are apart for who searches them; they should be of about the same size."""
    rows, pairs = min(one.rows, other.rows), min(len(one.alike), len(other.alike))
    told = (
        Measure(
            name="documents with a near-duplicate, difference",
            value=round(other.near - one.near, 4),
            bound=0.05,
            observed=rows,
        ),
        Measure(
            name="size of a document's family, W1 in bits",
            value=round(moved(np.log2(one.family), np.log2(other.family)), 4),
            bound=0.3,
            observed=rows,
        ),
        Measure(
            name="resemblance in families KS",
            value=round(distance(one.alike, other.alike), 4),
            bound=0.2,
            observed=pairs,
        ),
        Measure(name="words KS", value=round(distance(one.words, other.words), 4), bound=0.2, observed=rows),
    )
    return told + tuple(
        Measure(
            name=f"search: {measure.name}",
            value=measure.value,
            bound=measure.bound,
            observed=measure.observed,
        )
        for measure in vectors.compare(one.found, other.found)[:3]
    )
