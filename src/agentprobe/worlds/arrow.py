"""How a column of each kind is stored in Arrow and Parquet."""

from __future__ import annotations

import pyarrow as pa

from agentprobe.worlds.schema import Column, Table

_PLAIN: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "binary": pa.binary(),
}


def type_of(column: Column) -> pa.DataType:
    """The Arrow type of a column's values."""
    if column.kind == "decimal":
        return pa.decimal128(38, column.size or 9)
    if column.kind == "timestamp":
        return pa.timestamp("us", tz="UTC" if column.zoned else None)
    if column.kind == "vector":
        return pa.list_(pa.float32(), column.size)
    return _PLAIN[column.kind]


def schema_of(table: Table) -> pa.Schema:
    """The Arrow schema of a table's rows."""
    return pa.schema([pa.field(column.name, type_of(column)) for column in table.columns])
