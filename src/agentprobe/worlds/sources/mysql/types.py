"""The types of MySQL's columns as kinds of a world, and the expression that brings each value over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from agentprobe.worlds.schema import Column
from agentprobe.worlds.sources.form.figures import exact
from agentprobe.worlds.sources.form.lines import NULL
from agentprobe.worlds.sources.form.naming import quoted

_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint", "year")
_BINARY = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob")
_SHAPES = ("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon")
_LIMIT = 2**63 - 1
_LIKE_UUID = ("uuid", "inet4", "inet6")


@dataclass(frozen=True)
class Typed:
    """A column, how its values are sent, and what has to be asked of them first."""

    column: Column
    value: str
    """The expression for a value."""
    asks: str = ""
    """An aggregate over the whole table: true where the values are what the kind needs."""
    otherwise: Column | None = None
    """The column where they are not; as text it is sent as MySQL writes it."""

    @property
    def sent(self) -> str:
        """The expression for a value in a line of CSV."""
        if self.column.kind in ("text", "vector"):
            text = f"REPLACE(CONVERT({self.value} USING utf8mb4), '\"', '\"\"')"
            return f"IFNULL(CONCAT('\"', {text}, '\"'), '{_escaped(NULL)}')"
        return f"IFNULL({self.value}, '{_escaped(NULL)}')"


def typed(column: Column, base: str, precision: int, scale: int) -> Typed:
    """A column of a type of that name.

    Dates that are none (0000-00-00, 2024-00-15) make the whole column text, so that they stay as they are
    written; so do times of more than a day. `tinyint(1)` is a boolean while it holds 0 and 1 alone.
    """
    name = quoted(column.name)
    if base in _INTEGERS:
        return _integer(column, base, name)
    if base in ("decimal", "numeric"):
        return Typed(exact(column, precision, scale), name)
    if base in ("float", "double"):
        return Typed(_as(column, "float"), name if base == "double" else f"({name} + 0E0)")
    if base in ("date", "datetime", "timestamp", "time"):
        return _moment(column, base, name)
    if base == "bit":
        kind = "boolean" if column.native == "bit(1)" else "integer"
        return Typed(_as(column, kind), f"({name} + 0)")
    if base in _BINARY:
        return Typed(_as(column, "binary"), f"HEX({name})")
    if base in _SHAPES:
        return Typed(column, f"ST_AsText({name})")
    return Typed(column, f"CAST({name} AS CHAR)" if base in _LIKE_UUID else name)


def settled(found: Typed, answer: Any) -> Typed:
    """A column once its values were asked."""
    if answer is None or int(answer) or found.otherwise is None:
        return replace(found, asks="")
    name = quoted(found.column.name)
    value = f"CAST({name} AS CHAR)" if found.otherwise.kind == "text" else name
    return Typed(found.otherwise, value)


def _integer(column: Column, base: str, name: str) -> Typed:
    if column.native.startswith("tinyint(1)"):
        flags = f"min({name} IN (0, 1))"
        return Typed(_as(column, "boolean"), name, flags, _as(column, "integer"))
    if base == "bigint" and "unsigned" in column.native:
        return Typed(_as(column, "integer"), name, f"max({name}) <= {_LIMIT}", exact(column, 20, 0))
    return Typed(_as(column, "integer"), name)


def _moment(column: Column, base: str, name: str) -> Typed:
    if base == "time":
        day = f"min({name} >= '00:00:00' AND {name} < '24:00:00')"
        return Typed(_as(column, "time"), f"CAST({name} AS CHAR)", day, column)
    parts = f"YEAR({name}) > 0 AND MONTH({name}) > 0 AND DAYOFMONTH({name}) > 0"
    real = f"min(IF({name} IS NULL, NULL, IFNULL({parts} AND LAST_DAY({name}) >= DATE({name}), 0)))"
    found = _as(column, "date" if base == "date" else "timestamp")
    if base == "timestamp":
        found = msgspec.structs.replace(found, zoned=True)
        return Typed(found, f"CONCAT({name}, '+00')", real, column)
    return Typed(found, f"CAST({name} AS CHAR)", real, column)


def _as(column: Column, kind: str) -> Column:
    return msgspec.structs.replace(column, kind=kind)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\")
