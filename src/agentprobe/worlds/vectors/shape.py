"""What a column of vectors is like, so that as many others can be grown that are as hard to tell apart.

The shape holds some vectors, but none of production's: each is a step away from one of them, and all are
turned together in a way that only the key knows. Who holds many pairs of a true vector and its image could
undo the turn; the step is what then remains unknown.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.draws import numbers
from agentprobe.worlds.keys import Key
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.source import Reading
from agentprobe.worlds.vectors.growing import Growth, grown, stepped
from agentprobe.worlds.vectors.measure import MeasuredVectors, as_vectors, compare, searched
from agentprobe.worlds.vectors.neighbours import Vectors, apart, dimension, nearest, unit
from agentprobe.worlds.vectors.turn import turned

SEEDS = 2048
SAMPLE = 16_384
CALIBRATED = 8192
_SEED_SHARE = 8
_QUERIES = 512
_PLACES = 64
_TRIED: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("own", (0.0, 0.25, 0.5, 0.75)),
    ("families", (0.2, 0.4, 0.6, 0.8, 1.0)),
)
_ROUNDS = 4
_CARE = 0.7


class VectorShape(msgspec.Struct, frozen=True, kw_only=True):
    """How the vectors of a column lie."""

    rows: int
    dimensions: int
    lengths: tuple[float, ...]
    """Quantiles of the vectors' lengths; one number where all are alike."""
    local_dimension: float
    """The median local intrinsic dimension."""
    steps: tuple[float, ...]
    """Quantiles of how far a new row lies from its parent, found by growing the sample again."""
    thinning: tuple[float, ...]
    """By what power of the rows these distances fall, at evenly spaced quantiles."""
    counted: int
    """At so many rows they were measured."""
    families: float
    """The share of new rows, the nearest, whose parent may be any row; the others' parent is a first row."""
    own: float
    """How much of a step's direction is new, not one in which the first rows differ."""
    off: tuple[float, float] = (0.0, 0.0)
    """How far the grown sample was from the true one: KS of the best cosine and of the gap to the tenth."""
    seeds: bytes = b""
    """The first rows, as float16."""

    def first(self) -> Vectors:
        """The rows from which all others descend."""
        held = np.frombuffer(self.seeds, dtype="<f2").astype(np.float32)
        return held.reshape(-1, self.dimensions)


def profile(reading: Reading, table: Table, column: Column, key: Key | None = None) -> VectorShape:
    """Describe a column of vectors; without a key the sample's own digest turns it."""
    rows, sample = _sampled(reading, table, column)
    return shape_of(sample, rows, key)


def shape_of(sample: Vectors, rows: int, key: Key | None = None) -> VectorShape:
    """The shape of `rows` vectors of which some, in an order that says nothing, are given."""
    secret = key.sub("vectors") if key else hashlib.sha256(sample.tobytes()).digest()
    lengths = np.sqrt(np.square(sample.astype(np.float64)).sum(axis=1)) if len(sample) else np.ones(1)
    alike = lengths.std() < 1e-3 * lengths.mean()
    growth, local, off = _calibrated(unit(sample))
    private = stepped(growth, growth.first, int.from_bytes(secret[:8], "big"))
    return VectorShape(
        rows=rows,
        dimensions=sample.shape[1],
        lengths=(round(float(lengths.mean()), 6),) if alike else _quantiles(lengths),
        local_dimension=round(local, 3),
        steps=growth.steps,
        thinning=growth.thinning,
        counted=growth.counted,
        families=growth.families,
        own=growth.own,
        off=off,
        seeds=turned(private, secret).astype("<f2").tobytes(),
    )


def _sampled(reading: Reading, table: Table, column: Column) -> tuple[int, Vectors]:
    """Rows thrown by their place, in the order of the throw, and how many rows there are in all."""
    kept = np.zeros((0, column.size), dtype=np.float32)
    order = np.zeros(0, dtype=np.uint64)
    rows = 0
    for batch in reading.batches(table.name, [column.name]):
        vectors = as_vectors(batch.column(0))
        thrown = numbers(0, "sample", np.arange(rows, rows + len(vectors)))
        rows += len(vectors)
        kept, order = np.concatenate([kept, vectors]), np.concatenate([order, thrown])
        best = np.argsort(order, kind="stable")[:SAMPLE]
        kept, order = kept[best], order[best]
    return rows, kept


def _calibrated(sample: Vectors) -> tuple[Growth, float, tuple[float, float]]:
    """Grow the sample from its own beginning until searches meet the same; tells how far it is off."""
    counted = min(len(sample), CALIBRATED)
    first = sample[: min(SEEDS, max(counted // _SEED_SHARE, min(len(sample), 64)))]
    start = Growth(first=first, steps=(0.8,), thinning=(0.1,), families=0.6, own=0.5, counted=max(counted, 1))
    if len(sample) < 4 * len(first):
        return _small(start)
    asked = np.arange(min(_QUERIES, counted))
    truth = _searched(sample[:counted], asked), _searched(sample[: counted // 4], asked)
    thinning = _thinning(sample)
    start = start.with_(steps=_quantiles(_away(truth[0])), thinning=thinning)
    tries = (*_TRIED, ("thinning", tuple(_times(thinning, factor) for factor in (2.0, 4.0))))
    tried = _fitted(start, truth, asked)
    for name, values in tries:
        best = min(tried, key=lambda entry: entry[0])[3]
        for value in values:
            if value != getattr(best, name):
                tried += _fitted(best.with_(**{name: value}), truth, asked)
    _, top, gap, best = min(tried, key=lambda entry: entry[0])
    return best, float(np.median(truth[0].dimension)), (top, gap)


def _small(start: Growth) -> tuple[Growth, float, tuple[float, float]]:
    """Too few rows to grow them again: new ones lie as far off as the nearest of the old ones."""
    if len(start.first) < 3:
        return start, 1.0, (0.0, 0.0)
    cosines, _ = nearest(
        start.first, [start.first], min(10, len(start.first) - 1), own=np.arange(len(start.first))
    )
    away = apart(cosines)
    return start.with_(steps=_quantiles(away[:, 0])), float(np.median(dimension(away))), (0.0, 0.0)


def _fitted(
    growth: Growth, truth: tuple[MeasuredVectors, MeasuredVectors], asked: NDArray[np.int64]
) -> list[tuple[float, float, float, Growth]]:
    """Lengthen and shorten the steps until the nearest are as far as in truth; all that was tried.

    What is grown must also be right at a quarter of its size: so it will be at more than its size.
    """
    tried = []
    wanted = np.sort(_away(truth[0]))
    for _ in range(_ROUNDS):
        found = np.concatenate(list(grown(growth, growth.counted, seed=0)))
        met = _searched(found, asked)
        top, gap = (measure.value for measure in compare(truth[0], met)[:2])
        early = compare(truth[1], _searched(found[: len(found) // 4], asked))[0].value
        tried.append((top + gap + early, top, gap, growth))
        steps = np.array(growth.steps)
        ranks = np.searchsorted(np.sort(_away(met)), steps) / len(wanted)
        better = np.quantile(wanted, np.clip(ranks, 0, 1))
        steps = np.sort(np.clip(steps + _CARE * (better - steps), 0.0, 1.4))
        growth = growth.with_(steps=tuple(np.round(steps, 5).tolist()))
    return tried


def _times(values: tuple[float, ...], factor: float) -> tuple[float, ...]:
    return tuple(round(value * factor, 4) for value in values)


def _away(met: MeasuredVectors) -> NDArray[np.float64]:
    return apart(met.best.astype(np.float32))


def _searched(sample: Vectors, asked: NDArray[np.int64]) -> MeasuredVectors:
    places = np.sort(numbers(0, "asked", asked) % np.uint64(len(sample))).astype(np.int64)
    return searched(sample[places], iter([sample]), len(sample), places, sample[:64])


def _thinning(sample: Vectors) -> tuple[float, ...]:
    """By what power of the rows the distance to the nearest falls, seen in parts of the sample."""
    sizes = [size for size in (len(sample) // 16, len(sample) // 4, len(sample)) if size >= 64]
    asked = np.arange(min(2 * _QUERIES, sizes[0]))
    places = (np.arange(8) + 0.5) / 8
    near = [
        np.quantile(apart(nearest(sample[asked], [sample[:size]], 1, own=asked)[0]), places) for size in sizes
    ]
    slopes = np.polyfit(np.log(sizes), np.log(np.maximum(near, 0.02)), 1)[0]
    return tuple(np.round(np.clip(-slopes, 0.0, 1.0), 4).tolist())


def _quantiles(values: NDArray[np.float64]) -> tuple[float, ...]:
    places = (np.arange(_PLACES) + 0.5) / _PLACES
    return tuple(round(float(value), 5) for value in np.quantile(values, places))
