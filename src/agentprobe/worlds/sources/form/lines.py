"""Rows that a database writes as lines of CSV, as Arrow: parsed at once, never cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.schema import Column
from agentprobe.worlds.source import BATCH_ROWS
from agentprobe.worlds.sources.form.text import as_text, field_of, from_hex

NULL = "\\N"
"""How a null is written, without quotes; the same in quotes is text."""
_MOST_BYTES = 64 << 20


def batches_of(lines: Iterable[bytes], columns: Sequence[Column]) -> Iterator[pa.RecordBatch]:
    """Batches of rows that come one by one, each a line of CSV; binary columns in hexadecimal digits.

    While one batch is parsed, the lines of the next are fetched.
    """
    with ThreadPoolExecutor(1) as beside:
        last: Future[pa.RecordBatch] | None = None
        for chunk in _chunks(lines):
            this = beside.submit(batch_of, chunk, columns)
            if last is not None:
                yield last.result()
            last = this
        if last is not None:
            yield last.result()


def _chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    held = 0
    for line in lines:
        waiting.append(line)
        held += len(line)
        if len(waiting) == BATCH_ROWS or held > _MOST_BYTES:
            yield b"".join(waiting)
            waiting, held = [], 0
    if waiting:
        yield b"".join(waiting)


def batch_of(chunk: bytes, columns: Sequence[Column]) -> pa.RecordBatch:
    """The rows of some lines of CSV."""
    try:
        table = _parsed(chunk, columns, pa.string())
    except pa.ArrowInvalid:
        table = _parsed(chunk, columns, pa.binary())  # some text is no UTF-8
    fields, arrays = [], []
    for place, column in enumerate(columns):
        values, broken = _typed(_whole(table.column(place)), column)
        fields.append(field_of(column.name, values.type, broken))
        arrays.append(values)
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _parsed(chunk: bytes, columns: Sequence[Column], text: pa.DataType) -> pa.Table:
    names = [str(place) for place in range(len(columns))]
    plain = {"text": text, "binary": pa.string(), "vector": pa.string()}
    types = [plain[column.kind] if column.kind in plain else type_of(column) for column in columns]
    return pv.read_csv(
        pa.BufferReader(chunk),  # type: ignore[arg-type]  # the stubs lag behind
        pv.ReadOptions(column_names=names, block_size=len(chunk) + 1),
        pv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)),
            null_values=[NULL],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t", "1"],
            false_values=["f", "0"],
        ),
    )


def _typed(values: pa.Array[Any], column: Column) -> tuple[pa.Array[Any], int]:
    if column.kind == "binary":
        return from_hex(values), 0
    if column.kind == "vector":
        return vectors_of(values, column.size), 0
    return as_text(values) if pa.types.is_binary(values.type) else (values, 0)


def vectors_of(texts: pa.Array[Any], size: int) -> pa.Array[Any]:
    """Vectors written as `[1,2,3]` or `{1,2,3}`; null where one has another size."""
    bare = pc.replace_substring_regex(texts, r"[\[\](){}\s]", "")
    parts = pc.split_pattern(bare, ",")
    sizes = pc.fill_null(pc.list_value_length(parts), pa.scalar(-1, pa.int32()))
    good = np.asarray(sizes) == size
    flat = pc.list_flatten(parts.filter(pa.array(good))).cast(pa.float32())
    values = np.zeros((len(texts), size), dtype=np.float32)
    values[good] = np.asarray(flat, dtype=np.float32).reshape(-1, size)
    return fixed(values, ~good)


def fixed(values: np.ndarray[Any, Any], missing: np.ndarray[Any, Any] | None = None) -> pa.Array[Any]:
    """A matrix as an array of vectors."""
    flat = pa.array(np.ascontiguousarray(values, dtype=np.float32).reshape(-1))
    mask = pa.array(missing) if missing is not None and missing.any() else None
    return pa.FixedSizeListArray.from_arrays(flat, values.shape[1], mask=mask)


def _whole(column: pa.ChunkedArray[Any]) -> pa.Array[Any]:
    whole: pa.Array[Any] = pa.concat_arrays(list(column.chunks))
    return whole
