"""A Parquet file, or several that are parts of one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from agentprobe.basis.canonical import canonical
from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.source import BATCH_ROWS
from agentprobe.worlds.sources.form.figures import exact
from agentprobe.worlds.sources.form.lines import fixed

_PLAIN: tuple[tuple[Any, str], ...] = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_floating, "float"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "timestamp"),
    (pa.types.is_time, "time"),
    (pa.types.is_binary, "binary"),
    (pa.types.is_large_binary, "binary"),
    (pa.types.is_fixed_size_binary, "binary"),
)


class ParquetFiles:
    """One table; nested values are kept as JSON, lists of floats of one length as vectors."""

    def __init__(self, paths: Sequence[Path], name: str) -> None:
        """Raises ConfigError for what is no Parquet file, and for parts that have other columns."""
        self.paths = tuple(paths)
        self.remarks: list[str] = []
        schemas = [_schema(path) for path in paths]
        for path, schema in zip(paths, schemas, strict=True):
            if schema.names != schemas[0].names:
                raise ConfigError(f"{path} has other columns than {paths[0]}, but both are parts of '{name}'")
        self.rows = sum(pq.read_metadata(path).num_rows for path in paths)
        columns = tuple(self._column(field) for field in schemas[0])
        self.table = Table(name=name, columns=columns)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows of all parts, in the order of the parts' names."""
        wanted = [self.table.column(name) for name in columns]
        for path in self.paths:
            for batch in pq.ParquetFile(path).iter_batches(BATCH_ROWS, columns=list(columns)):
                arrays = [as_kind(batch.column(column.name), column) for column in wanted]
                yield pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def _column(self, field: pa.Field[Any]) -> Column:
        kind: Any = field.type
        column = Column(name=field.name, kind="text", native=str(kind), nullable=field.nullable)
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            size = self._length(field.name) if pa.types.is_floating(kind.value_type) else 0
            return _as(column, "vector", size) if size else column
        return column_of(column, kind)

    def _length(self, name: str) -> int:
        """The length that all lists of a column have; 0 where they differ."""
        found: set[int] = set()
        for path in self.paths:
            for batch in pq.ParquetFile(path).iter_batches(BATCH_ROWS, columns=[name]):
                found.update(pc.unique(pc.list_value_length(batch.column(0)).drop_null()).to_pylist())
            if len(found) > 1:
                return 0
        return found.pop() if found else 0


def column_of(column: Column, type: Any) -> Column:
    """A column of an Arrow type."""
    if pa.types.is_fixed_size_list(type) and pa.types.is_floating(type.value_type):
        return _as(column, "vector", type.list_size)
    if pa.types.is_decimal(type):
        return exact(column, type.precision, type.scale)
    if pa.types.is_uint64(type):
        return exact(column, 20, 0)
    if pa.types.is_integer(type):
        return _as(column, "integer", 0)
    kind = next((kind for test, kind in _PLAIN if test(type)), "text")
    zoned = kind == "timestamp" and type.tz is not None
    return Column(name=column.name, kind=kind, native=column.native, nullable=column.nullable, zoned=zoned)


def as_kind(values: pa.Array[Any], column: Column) -> pa.Array[Any]:
    """Values of any Arrow type in that of a column."""
    if pa.types.is_dictionary(values.type):
        decoded: Any = values
        values = decoded.dictionary_decode()
    if column.kind == "vector":
        return _vectors(values, column.size)
    if column.kind == "text" and pa.types.is_nested(values.type):
        told = [None if value is None else canonical(value).decode() for value in values.to_pylist()]
        return pa.array(told, pa.string())
    return values.cast(type_of(column), safe=False)


def _vectors(values: pa.Array[Any], size: int) -> pa.Array[Any]:
    missing = np.asarray(values.is_null())
    flat = pc.list_flatten(values.drop_null()).cast(pa.float32())
    matrix = np.zeros((len(values), size), dtype=np.float32)
    matrix[~missing] = np.asarray(flat, dtype=np.float32).reshape(-1, size)
    return fixed(matrix, missing)


def _schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ConfigError(
            f"{path} cannot be read as a Parquet file: {' '.join(str(error).split())}"
        ) from None


def _as(column: Column, kind: str, size: int) -> Column:
    return Column(name=column.name, kind=kind, size=size, native=column.native, nullable=column.nullable)
