"""Values as 64-bit numbers, the same on every machine: to pick rows by, and to find what refers to what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BASE = 0xD1342543DE82EF95
"""Odd, so that it has an inverse modulo 2**64."""
_INVERSE = pow(_BASE, -1, 1 << 64)
NOTHING = np.uint64(0)
"""Stands for a key of which a part is null: it refers to nothing."""


def mixed(numbers: Hashes) -> Hashes:
    """Scatter numbers over all 64 bits, each to another (SplitMix64's finaliser: Steele and others, 2014)."""
    found = numbers + _MULTIPLIER
    found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return found ^ (found >> np.uint64(31))


def seeded(seed: int, word: str) -> np.uint64:
    """A number for a seed and a word."""
    start = np.array([seed & (2**64 - 1)], dtype=np.uint64)
    return np.uint64(mixed(mixed(start) ^ _words(pa.array([word], pa.string())))[0])


def keys_of(batch: pa.RecordBatch, columns: Sequence[str]) -> Hashes:
    """A number for each row's values in some columns; `NOTHING` where one of them is null.

    Equal values give equal numbers whether they are whole numbers, decimals or texts of the same digits. Two
    different values share a number once in 2**64 pairs.
    """
    found = np.full(batch.num_rows, len(columns), dtype=np.uint64)
    missing = np.zeros(batch.num_rows, dtype=bool)
    for name in columns:
        values = batch.column(name)
        found = mixed(found * _MULTIPLIER ^ _hashed(values))
        if values.null_count:
            missing |= np.asarray(values.is_null())
    found[found == NOTHING] = np.uint64(1)
    found[missing] = NOTHING
    return found


def _hashed(values: pa.Array[Any]) -> Hashes:
    kind = values.type
    if pa.types.is_integer(kind):
        return _numbers(values, pa.int64())
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        wide = pa.int32() if pa.types.is_date(kind) else pa.int64()
        return _numbers(values.cast(wide), pa.int64())
    if pa.types.is_boolean(kind):
        return _numbers(values.cast(pa.int8()), pa.int64())
    if pa.types.is_decimal(kind):
        return _decimals(values)
    if pa.types.is_floating(kind):
        bits = np.asarray(values.cast(pa.float64()).fill_null(0.0), dtype=np.float64) + 0.0
        return mixed(np.ascontiguousarray(bits).view(np.uint64))
    if pa.types.is_nested(kind):
        return _words(pa.array([str(value) for value in values.to_pylist()], pa.string()))
    return _words(values)


def _decimals(values: pa.Array[Any]) -> Hashes:
    """Whole decimals as the integers that they are, so that they can be referred to by integers."""
    try:
        return _numbers(values.cast(pa.int64()), pa.int64())
    except pa.ArrowInvalid:
        return _words(values.cast(pa.string()))


def _numbers(values: pa.Array[Any], type: pa.DataType) -> Hashes:
    whole: Any = values.cast(type)
    plain = np.asarray(whole.fill_null(0), dtype=np.int64)
    return mixed(np.ascontiguousarray(plain).view(np.uint64))


def _words(values: pa.Array[Any]) -> Hashes:
    """A polynomial of each value's bytes modulo 2**64, from running sums over all bytes at once."""
    wide: pa.Array[Any] = values.cast(pa.large_binary())
    buffered: list[Any] = wide.buffers()
    ends = np.frombuffer(buffered[1], dtype=np.int64)[wide.offset : wide.offset + len(wide) + 1]
    first, last = int(ends[0]), int(ends[-1])
    raw = np.frombuffer(buffered[2] or b"", dtype=np.uint8)[first:last]
    places = (ends - first).astype(np.int64)
    sums = np.zeros(len(raw) + 1, dtype=np.uint64)
    np.cumsum((raw.astype(np.uint64) + np.uint64(1)) * _powers(_BASE, len(raw)), out=sums[1:])
    inverse = _powers(_INVERSE, len(raw) + 1)
    starts, stops = places[:-1], places[1:]
    found = (sums[stops] - sums[starts]) * inverse[starts]
    return mixed(found ^ (stops - starts).astype(np.uint64) * _MULTIPLIER)


_KNOWN: dict[int, Hashes] = {}


def _powers(base: int, count: int) -> Hashes:
    """The first powers of a number modulo 2**64; kept, since every batch needs them."""
    known = _KNOWN.get(base)
    if known is None or len(known) < count:
        steps = np.full(max(count, 1 << 16), base, dtype=np.uint64)
        steps[0] = 1
        known = np.cumprod(steps, dtype=np.uint64)
        if len(known) <= 1 << 23:
            _KNOWN[base] = known
    return known[:count]
