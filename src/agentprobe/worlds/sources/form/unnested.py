"""The types of DuckDB's columns as kinds of a world: what is nested is kept as JSON."""

from __future__ import annotations

import re

import msgspec

from agentprobe.worlds.schema import Column
from agentprobe.worlds.sources.form.figures import exact
from agentprobe.worlds.sources.form.naming import quoted

_KINDS = {
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "UTINYINT": "integer",
    "USMALLINT": "integer",
    "UINTEGER": "integer",
    "FLOAT": "float",
    "DOUBLE": "float",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "BLOB": "binary",
    "VARCHAR": "text",
}
_SAFE = 2**63 - 1025
"""No float below it is beyond an int64."""
_VECTOR = re.compile(r"(?:FLOAT|DOUBLE)\[(\d+)\]")
_EXACT = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


def kept_as(column: Column, biggest: int | None = None) -> tuple[Column, str]:
    """A column by its native type, and the expression that brings its values over.

    `biggest` is the largest number in a column of a type that reaches beyond an int64.
    """
    name, native = quoted(column.name), column.native
    if biggest is not None:
        if biggest <= _SAFE:
            return msgspec.structs.replace(column, kind="integer"), f"{name}::BIGINT"
        found = exact(column, len(str(biggest)), 0)
        return found, f"{name}::VARCHAR" if found.kind == "text" else f"{name}::DECIMAL(38, 9)"
    if size := _VECTOR.fullmatch(native):
        dims = int(size[1])
        return msgspec.structs.replace(column, kind="vector", size=dims), f"{name}::FLOAT[{dims}]"
    if digits := _EXACT.fullmatch(native):
        found = exact(column, int(digits[1]), int(digits[2]))
        into = {"integer": "BIGINT", "text": "VARCHAR"}.get(found.kind, f"DECIMAL(38, {found.size or 9})")
        return found, f"{name}::{into}"
    kind = _KINDS.get(native)
    if kind is None:
        nested = native.endswith("]") or native.startswith(("STRUCT", "MAP", "UNION"))
        return column, f"to_json({name})::VARCHAR" if nested else f"{name}::VARCHAR"
    found = msgspec.structs.replace(column, kind=kind, zoned=native == "TIMESTAMP WITH TIME ZONE")
    return found, _finite(name, kind, zoned=found.zoned)


def _finite(name: str, kind: str, *, zoned: bool) -> str:
    """Moments at infinity, before the year 1 or after 9999 become the first or last that all know."""
    if kind not in ("date", "timestamp"):
        return name
    base = "DATE" if kind == "date" else "TIMESTAMPTZ" if zoned else "TIMESTAMP"
    ends = ("0001-01-01", "9999-12-31")
    if kind == "timestamp":
        ends = ("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999")
    low, high = (f"'{end}{'+00' if zoned else ''}'::{base}" for end in ends)
    value = f"{name}::{base}"
    return f"CASE WHEN {value} < {low} THEN {low} WHEN {value} > {high} THEN {high} ELSE {value} END"
