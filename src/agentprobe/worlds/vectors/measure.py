"""What a vector search meets in a world: how good the best are, how close the next, how many come near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.draws import numbers
from agentprobe.worlds.measure import Measure, distance
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.source import Reading
from agentprobe.worlds.vectors.neighbours import Vectors, apart, dimension, nearest

TOP = 10
WITHIN = 0.05
"""Hits whose cosine is less than this below the best's are hard to tell from it."""
QUERIES = 512
_HUBS = 4096
_DEEP = 20
BOUND = 0.2
_NAMES = ("top-1 KS", "top-k gap KS", "hits within .05 KS")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredVectors:
    """What searches for its own rows met in a world: one number a query."""

    rows: int
    best: NDArray[np.float64]
    gap: NDArray[np.float64]
    """The best cosine minus the tenth."""
    within: NDArray[np.int64]
    """How many of the best 20 are within `WITHIN` of the best."""
    dimension: NDArray[np.float64]
    named: NDArray[np.int64]
    """How often each of some rows is among the ten best of another of them (hubness)."""


def measured(reading: Reading, table: Table, column: Column, *, queries: int = QUERIES) -> MeasuredVectors:
    """Search a world for some of its own rows, each without itself.

    Which rows is decided by their places, so two worlds of one size are asked alike. Reads the world twice.
    """
    rows = sum(len(batch) for batch in vectors_of(reading, table, column))
    if rows < 2:
        return nothing(rows)
    places = spread(rows, max(queries, min(rows, _HUBS)))
    sample = gathered(vectors_of(reading, table, column), places)
    asked = np.arange(min(queries, len(places)))
    return searched(sample[asked], vectors_of(reading, table, column), rows, places[asked], sample)


def nothing(rows: int) -> MeasuredVectors:
    """What is met where there is nothing to find."""
    empty = np.zeros(0)
    none = np.zeros(0, dtype=np.int64)
    return MeasuredVectors(rows=rows, best=empty, gap=empty, within=none, dimension=empty, named=none)


def searched(
    queries: Vectors, batches: Iterator[Vectors], rows: int, own: NDArray[np.int64], hubs: Vectors
) -> MeasuredVectors:
    """Measure with given queries, the rows `own`; the often named are sought among `hubs`."""
    cosines, _ = nearest(queries, batches, min(_DEEP, rows - 1), own=own)
    among = np.arange(len(hubs))
    _, named = nearest(hubs, iter([hubs]), min(TOP, len(hubs) - 1), own=among)
    tenth = cosines[:, min(TOP, cosines.shape[1]) - 1]
    return MeasuredVectors(
        rows=rows,
        best=cosines[:, 0].astype(np.float64),
        gap=(cosines[:, 0] - tenth).astype(np.float64),
        within=(cosines > cosines[:, :1] - WITHIN).sum(axis=1),
        dimension=dimension(apart(cosines)),
        named=np.bincount(named.ravel(), minlength=len(hubs)),
    )


def compare(one: MeasuredVectors, other: MeasuredVectors) -> tuple[Measure, ...]:
    """How far two worlds are apart for who searches them; they should be of about the same size."""
    observed = min(len(one.best), len(other.best))

    def measure(name: str, value: float, bound: float = BOUND) -> Measure:
        return Measure(name=name, value=round(value, 4), bound=bound, observed=observed)

    if not observed:
        return tuple(measure(name, 1.0) for name in _NAMES)
    return (
        measure(_NAMES[0], distance(one.best, other.best)),
        measure(_NAMES[1], distance(one.gap, other.gap)),
        measure(_NAMES[2], distance(one.within, other.within)),
        measure(
            "local dimension, log2 of the ratio of medians",
            float(np.log2(np.median(other.dimension) / np.median(one.dimension))),
            0.5,
        ),
        measure("hubness KS", distance(one.named, other.named)),
    )


def vectors_of(reading: Reading, table: Table, column: Column) -> Iterator[Vectors]:
    """A column's vectors, batch by batch; rows without one are left out."""
    for batch in reading.batches(table.name, [column.name]):
        yield as_vectors(batch.column(0))


def as_vectors(column: pa.Array[Any]) -> Vectors:
    """The vectors of an Arrow column as the rows of an array, nulls left out."""
    there: Any = column.drop_null()
    size = there.type.list_size
    flat = np.asarray(there.flatten(), dtype=np.float32)
    return flat.reshape(-1, size)


def spread(rows: int, most: int) -> NDArray[np.int64]:
    """At most so many places among `rows`, thrown by address: those of a smaller world come first."""
    order = np.argsort(numbers(0, "asked", np.arange(rows, dtype=np.int64)), kind="stable")
    found: NDArray[np.int64] = order[:most]
    return found


def gathered(batches: Iterator[Vectors], places: NDArray[np.int64]) -> Vectors:
    """The rows at some places, in their order."""
    order = np.argsort(places)
    ordered = places[order]
    parts, start = [], 0
    for batch in batches:
        first, last = np.searchsorted(ordered, [start, start + len(batch)])
        parts.append(batch[ordered[first:last] - start])
        start += len(batch)
    found = np.concatenate(parts)
    back = np.empty_like(found)
    back[order] = found
    return back
