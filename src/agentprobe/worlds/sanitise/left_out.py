"""What no world may hold: secrets, and columns that nobody has said the meaning of."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table

LEFT_OUT = frozenset({Role.SECRET, Role.DROPPED})
_CONSTANTS: dict[str, Any] = {
    "text": "",
    "integer": 0,
    "float": 0.0,
    "decimal": Decimal(0),
    "boolean": False,
    "date": date(2000, 1, 1),
    "timestamp": datetime(2000, 1, 1),  # noqa: DTZ001  # the zone is the column's own
    "time": time(0),
    "binary": b"",
}


def without(schema: Schema) -> tuple[Schema, tuple[str, ...]]:
    """A schema without columns that are left out, and the names of those that hold one value instead.

    A column that may not be null is not left out: applications insert into it. Keys and references that lose
    a column are lost, as are references to them.
    """
    kept = {table.name: _names(table) for table in schema.tables}
    constant = [
        f"{table.name}.{column.name}"
        for table in schema.tables
        for column in table.columns
        if column.name in kept[table.name] and is_constant(column)
    ]
    return Schema(tables=tuple(_without(table, kept) for table in schema.tables)), tuple(constant)


def is_constant(column: Column) -> bool:
    """Does it hold one value in the world, because it must hold something and may not hold its own?"""
    return column.role in LEFT_OUT and not column.nullable and column.kind != "vector"


def constant_of(column: Column, rows: int) -> pa.Array[Any]:
    """The one value of its type, so many times."""
    kind = type_of(column)
    value = _CONSTANTS[column.kind]
    if pa.types.is_timestamp(kind) and kind.tz:
        return pa.array([946_684_800_000_000], pa.int64()).cast(kind).take(pa.array([0] * rows, pa.int32()))
    made: pa.Array[Any] = pa.array([value], kind).take(pa.array([0] * rows, pa.int32()))
    return made


def _names(table: Table) -> frozenset[str]:
    keyed = {name for columns in (table.key, *table.unique) for name in columns}
    return frozenset(
        column.name
        for column in table.columns
        if column.role not in LEFT_OUT or (is_constant(column) and column.name not in keyed)
    )


def _without(table: Table, kept: dict[str, frozenset[str]]) -> Table:
    here = kept[table.name]
    constants = {column.name for column in table.columns if is_constant(column)}

    def whole(names: tuple[str, ...], among: frozenset[str] = here) -> bool:
        return set(names) <= among

    references = tuple(
        one
        for one in table.references
        if whole(one.columns)
        and one.table in kept
        and whole(one.to, kept[one.table])
        and not constants & set(one.columns)
    )
    return msgspec.structs.replace(
        table,
        columns=tuple(column for column in table.columns if column.name in here),
        key=table.key if whole(table.key) else (),
        unique=tuple(columns for columns in table.unique if whole(columns)),
        references=references,
    )
