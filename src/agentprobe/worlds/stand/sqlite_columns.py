"""How a world's columns stand in SQLite: their declared types, and their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.stand.rows import as_text, quoted

_TYPES = {
    "text": "TEXT",
    "integer": "INTEGER",
    "float": "REAL",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "time": "TIME",
    "binary": "BLOB",
    "vector": "BLOB",
}


def type_of(column: Column, exact: frozenset[str]) -> str:
    """The declared type; `exact` names the decimals that SQLite's own numbers hold."""
    if column.kind == "decimal":
        return "DECIMAL" if column.name in exact else "TEXT"
    return "TIMESTAMPTZ" if column.zoned and column.kind == "timestamp" else _TYPES[column.kind]


def whole_key(table: Table) -> str | None:
    """The one integer column that is the key, by which SQLite orders the rows themselves."""
    if len(table.key) != 1 or table.column(table.key[0]).kind != "integer":
        return None
    return table.key[0]


def listed(columns: Sequence[str]) -> str:
    """Names in SQL, with commas between them."""
    return ", ".join(map(quoted, columns))


def spelled(column: Column, name: str, exact: frozenset[str]) -> str:
    """A column's value as SQLite holds it, in DuckDB's SQL."""
    if column.kind == "decimal":
        return f"CAST({name} AS {'DOUBLE' if column.name in exact else 'VARCHAR'})"
    if column.kind == "boolean":
        return f"CAST({name} AS TINYINT)"
    return as_text(column, name)


def packed(values: Any, size: int) -> list[bytes | None]:
    """Vectors as float32, the least byte first, as SQLite's vector extensions read them."""
    there = values.is_valid().to_pylist()
    floats = values.drop_null().flatten().cast(pa.float32()).to_numpy(zero_copy_only=False)
    raw = floats.astype("<f4").tobytes()
    pieces = (raw[at : at + 4 * size] for at in range(0, len(raw), 4 * size))
    return [next(pieces) if one else None for one in there]
