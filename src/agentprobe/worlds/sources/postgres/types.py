"""The types of PostgreSQL's columns as kinds of a world, and the expression that brings each value over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from agentprobe.worlds.schema import Column
from agentprobe.worlds.sources.form.figures import exact
from agentprobe.worlds.sources.form.naming import quoted

_FIRST, _LAST = "0001-01-01", "9999-12-31"
_SHORTEST = 8
"""Arrays of floats that all have the same length, of at least so many, are taken for vectors."""
_KINDS = {
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "oid": "integer",
    "float4": "float",
    "float8": "float",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "timestamp",
    "time": "time",
    "bytea": "binary",
}


@dataclass(frozen=True)
class Typed:
    """A column, the expression that is sent for it, and what has to be asked of its values first."""

    column: Column
    wire: str
    asks: tuple[str, ...] = ()
    """Aggregates over the whole table."""


def typed(column: Column, base: str, modifier: int) -> Typed:
    """A column of a type of that name; `modifier` is the type's own, -1 for none.

    What a world has no kind for (arrays, ranges, intervals, addresses of networks, enumerations, JSON …) is
    text as PostgreSQL writes it. Moments at infinity, before the year 1 or after 9999 become the first or the
    last that all databases know. NaN in a numeric column becomes null.
    """
    name = quoted(column.name)
    if base == "numeric":
        return _numeric(column, modifier, name)
    if base == "money":
        return Typed(exact(column, 19, 2), f"{name}::numeric")
    if base in ("vector", "halfvec"):
        dims = (f"min(vector_dims({name}))", f"max(vector_dims({name}))", "true")
        if modifier > 0:
            return Typed(msgspec.structs.replace(column, kind="vector", size=modifier), f"{name}::text")
        return Typed(column, f"{name}::text", dims)
    if base in ("_float4", "_float8"):
        whole = f"coalesce(bool_and(array_position({name}, NULL) IS NULL AND array_ndims({name}) = 1), false)"
        return Typed(
            column, f"{name}::text", (f"min(cardinality({name}))", f"max(cardinality({name}))", whole)
        )
    kind = _KINDS.get(base, "text")
    found = msgspec.structs.replace(column, kind=kind, zoned=base == "timestamptz")
    return Typed(found, _wire(base, name))


def settled(found: Typed, answers: Sequence[Any]) -> Typed:
    """A column once its values were asked."""
    least, most, whole = answers
    if "cardinality" in found.asks[0] or "vector_dims" in found.asks[0]:
        if whole and least == most and most and (most >= _SHORTEST or "vector_dims" in found.asks[0]):
            return replace(found, column=msgspec.structs.replace(found.column, kind="vector", size=most))
        return found
    if not whole:  # NaN or infinity stands among the numbers
        return replace(found, column=msgspec.structs.replace(found.column, kind="float"))
    return replace(found, column=exact(found.column, int(least or 0) + int(most or 0), int(most or 0)))


def _numeric(column: Column, modifier: int, name: str) -> Typed:
    """`numeric(p, s)` says what fits; of a plain `numeric` the values have to."""
    wire = f"NULLIF({name}, 'NaN')"
    if modifier >= 4:
        precision, scale = (modifier - 4) >> 16 & 0xFFFF, (modifier - 4) & 0x7FF
        scale = scale - 0x800 if scale & 0x400 else scale
        found = exact(column, precision, scale)
        if found.kind != "text":
            return Typed(found, wire)
    finite = f"{name} <> 'NaN' AND {name}::text NOT LIKE '%%Infinity'"
    digits = f"max(length(trunc(abs({name}))::text)) FILTER (WHERE {finite})"
    places = f"max(scale({name})) FILTER (WHERE {finite})"
    return Typed(column, name, (digits, places, f"coalesce(bool_and({finite}), true)"))


def _wire(base: str, name: str) -> str:
    if base == "bytea":
        return f"encode({name}, 'hex')"
    if base == "time":
        return f"CASE WHEN {name} = '24:00' THEN '23:59:59.999999' ELSE {name} END"
    if base == "date":
        return _within(name, "date", _FIRST, _LAST)
    if base in ("timestamp", "timestamptz"):
        zone = "+00" if base == "timestamptz" else ""
        return _within(name, base, f"{_FIRST} 00:00:00{zone}", f"{_LAST} 23:59:59.999999{zone}")
    return name


def _within(name: str, base: str, first: str, last: str) -> str:
    low, high = f"{base} '{first}'", f"{base} '{last}'"
    return f"CASE WHEN {name} < {low} THEN {low} WHEN {name} > {high} THEN {high} ELSE {name} END"
