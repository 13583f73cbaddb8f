"""Dates that are no texts: days, moments, and numbers that mean one (epochs, Julian days, 20240131)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import I64
from agentprobe.worlds.sanitise.date_texts import Change, Days, days_of
from agentprobe.worlds.schema import Column

_DAY = 86_400_000_000
_JULIAN = 2_440_587.5
"""The Julian day of 1970-01-01."""


def day_numbers(column: Column, values: pa.Array[Any], *, missing: int) -> I64:
    """The number of each row's day; `missing` where there is none."""
    days = np.full(len(values), missing, np.int64)
    for rows, found, _ in _ways(column, values):
        days[rows] = np.where(found.exist, found.numbers, missing)
    return days


def moved_numbers(column: Column, values: pa.Array[Any], change: Change) -> pa.Array[Any]:
    """Give the days to `change` with their rows and put what it makes of them in their place.

    Of a number that can mean no day nothing is kept.
    """
    absent = np.ones(len(values), bool)
    filled = pc.fill_null(_storage(values), 0).to_numpy(zero_copy_only=False).copy()
    for rows, days, put in _ways(column, values):
        new = change(days, rows)
        possible = new.exist
        at = rows[possible]
        moved = put(Days(new.year[possible], new.month[possible], new.day[possible]), possible)
        filled[at] = moved
        absent[at] = False
    stored = pa.array(filled, _storage(values).type, mask=absent)
    made: pa.Array[Any] = stored.view(values.type) if stored.type != values.type else stored
    return made


def _storage(values: pa.Array[Any]) -> pa.Array[Any]:
    if pa.types.is_date32(values.type):
        return values.view(pa.int32())
    if pa.types.is_timestamp(values.type):
        return values.view(pa.int64())
    if pa.types.is_decimal(values.type):
        raise TypeError("a decimal is no date")
    return values


def _ways(column: Column, values: pa.Array[Any]) -> Any:
    """Rows with their days, and how days are put back among the rest of each value, such as its time."""
    stored = _storage(values)
    valid = np.flatnonzero(stored.is_valid().to_numpy(zero_copy_only=False))
    plain = stored.take(valid).to_numpy(zero_copy_only=False)
    if column.kind == "date":
        yield valid, days_of(plain.astype(np.int64)), lambda days, _: days.numbers
    elif column.kind == "timestamp":
        yield valid, days_of(plain // _DAY), lambda days, kept: days.numbers * _DAY + plain[kept] % _DAY
    elif column.kind in ("integer", "float"):
        yield from _epochs(valid, plain)


def _epochs(valid: NDArray[np.int64], plain: NDArray[Any]) -> Any:
    """Numbers by their size: 19000101 to 21991231, Julian days, and seconds to microseconds since 1970."""
    left = np.isfinite(plain)
    whole = np.where(left, plain, 0)
    written = left & (whole >= 18_000_101) & (whole <= 21_991_231) & (whole % 100 >= 1) & (whole % 100 <= 31)
    written &= (whole // 100 % 100 >= 1) & (whole // 100 % 100 <= 12)
    if written.any():
        numbers = whole[written].astype(np.int64)
        days = Days(numbers // 10_000, numbers // 100 % 100, numbers % 100)
        yield valid[written], days, lambda new, _: new.year * 10_000 + new.month * 100 + new.day
    julian = left & ~written & (whole > 2_300_000) & (whole < 2_600_000)
    if julian.any():
        part = whole[julian] - _JULIAN
        rest = part - np.floor(part)
        days = days_of(np.floor(part).astype(np.int64))
        yield valid[julian], days, lambda new, kept, rest=rest: new.numbers + rest[kept] + _JULIAN
    for unit, least, most in ((1, 1e7, 1e10), (10**3, 1e10, 1e13), (10**6, 1e13, 1e16), (10**9, 1e16, 8e18)):
        here = left & ~written & ~julian & (np.abs(whole) >= least) & (np.abs(whole) < most)
        if here.any():
            size = 86_400 * unit
            part = whole[here]
            days = days_of(np.floor(part / size).astype(np.int64) if part.dtype.kind == "f" else part // size)
            yield (
                valid[here],
                days,
                lambda new, kept, part=part, size=size: new.numbers * size + part[kept] % size,
            )
