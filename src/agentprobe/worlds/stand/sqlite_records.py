"""Rows as SQLite keeps them: many records at once, in its own format.

The format is that of www.sqlite.org/fileformat.html, section 2.1 (record format): a header of serial types as
variable-length integers, then the values, numbers with the most significant byte first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
LARGEST = 1 << 56
"""Numbers below it are written as variable-length integers of at most eight bytes."""
_SHIFTS = np.arange(7, -1, -1, dtype=np.int64) * 7
_MORE = np.array([0x80] * 7 + [0], dtype=np.uint8)
_LIMITS = tuple(1 << bits for bits in (7, 15, 23, 31, 47))
_WIDTHS = np.array([1, 2, 3, 4, 6, 8], dtype=np.int64)
_JOIN: Any = pa.scalar(b"", pa.binary())


@dataclass(frozen=True, slots=True)
class Cells:
    """Encoded rows, one after the other."""

    data: Bytes
    offsets: Numbers
    """Where each row begins, and where the last one ends."""


def cells(columns: Sequence[pa.Array[Any] | None], rowids: Numbers | None) -> Cells:
    """The cells of a table's leaf (with `rowids`) or of an index's (without).

    None in the place of a column is the one that the rowid stands for.
    """
    count = next(len(column) for column in columns if column is not None)
    encoded = [_column(column, count) for column in columns]
    types, bodies = [one[0] for one in encoded], [one[1] for one in encoded]
    header = _total(types)
    header += 1 + (header + 1 > 127)
    payload = header + _total(bodies)
    front = [_varints(payload), *([] if rowids is None else [_varints(rowids)]), _varints(header)]
    parts: list[Any] = [*front, *types, *bodies]
    joined: Any = pc.binary_join_element_wise(*parts, _JOIN)
    return _opened(joined)


def joined(first: Cells, second: Cells) -> Cells:
    """Both, one after the other."""
    if len(first.offsets) == 1:
        return second
    offsets = np.concatenate([first.offsets, second.offsets[1:] + first.offsets[-1]])
    return Cells(np.concatenate([first.data, second.data]), offsets)


def varint(number: int) -> bytes:
    """One variable-length integer."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def _opened(values: Any) -> Cells:
    _, offsets, data = values.buffers()
    found = np.frombuffer(offsets, dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    held = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    return Cells(held[found[0] : found[-1]], found.astype(np.int64) - found[0])


def _total(parts: Sequence[Any]) -> Numbers:
    total = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        total += np.asarray(pc.binary_length(part))
    return total


def _column(values: Any, count: int) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """The serial types and the values of a column."""
    if values is None:
        nothing = np.zeros(count, dtype=np.int64)
        return _varints(nothing), _ragged(np.zeros((count, 1), dtype=np.uint8), nothing)
    if pa.types.is_floating(values.type):
        return _floats(values)
    if pa.types.is_integer(values.type) or pa.types.is_boolean(values.type):
        return _integers(values)
    return _texts(values)


def _texts(values: Any) -> tuple[pa.Array[Any], pa.Array[Any]]:
    there = np.asarray(values.is_valid())
    lengths = np.asarray(pc.fill_null(pc.binary_length(values), 0)).astype(np.int64)
    base = 13 if pa.types.is_string(values.type) else 12
    whole = pc.fill_null(values, "" if base == 13 else b"")
    return _varints(np.where(there, 2 * lengths + base, 0)), whole.cast(pa.binary())


def _integers(values: Any) -> tuple[pa.Array[Any], pa.Array[Any]]:
    there = np.asarray(values.is_valid())
    plain = np.asarray(pc.fill_null(values.cast(pa.int64()), 0))
    size = np.where(plain < 0, ~plain, plain)
    step = np.searchsorted(_LIMITS, size, side="right")
    short = (plain == 0) | (plain == 1)  # these two are told by their type alone
    types = np.where(there, np.where(short, 8 + plain, step + 1), 0)
    widths = np.where(there & ~short, _WIDTHS[step], 0)
    return _varints(types), _ragged(plain.astype(">i8").view(np.uint8).reshape(-1, 8), widths)


def _floats(values: Any) -> tuple[pa.Array[Any], pa.Array[Any]]:
    plain = np.asarray(pc.fill_null(values.cast(pa.float64()), np.nan))
    there = ~np.isnan(plain)  # SQLite knows no other number that is none
    raw = plain.astype(">f8").view(np.uint8).reshape(-1, 8)
    return _varints(np.where(there, 7, 0)), _ragged(raw, np.where(there, 8, 0))


def _varints(numbers: Numbers) -> pa.Array[Any]:
    """Seven bits a byte, the most significant first; all bytes but the last have the top bit set."""
    if len(numbers) and numbers.max() < 128:
        return _ragged(numbers.astype(np.uint8).reshape(-1, 1), np.ones(len(numbers), dtype=np.int64))
    groups = ((numbers[:, None] >> _SHIFTS) & 0x7F).astype(np.uint8) | _MORE
    lengths = np.ones(len(numbers), dtype=np.int64)
    for bits in range(7, 56, 7):
        lengths += numbers >= (1 << bits)
    return _ragged(groups, lengths)


def _ragged(matrix: Bytes, lengths: Numbers) -> pa.Array[Any]:
    """Of each row of a matrix its last bytes, so many as its length says."""
    width = matrix.shape[1]
    offsets = np.zeros(len(matrix) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    full = offsets[-1] == matrix.size
    data = matrix if full else matrix[np.arange(width) >= width - lengths[:, None]]
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(data.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(matrix), buffers)
