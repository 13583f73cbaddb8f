"""The types of values that come as text: a type only where all are written as the type would write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.schema import Column
from agentprobe.worlds.sources.form.lines import vectors_of

_DECIMAL = r"^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,9})?$"
_FLOAT = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_ZONE = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"
_VECTOR = r"^\[ *-?[0-9.eE+-]+(?: *, *-?[0-9.eE+-]+){7,} *\]$"
_FLAGS = (("true", "false"), ("True", "False"), ("TRUE", "FALSE"))


class Inferred:
    """What a column of texts may be, after all the batches that were looked at.

    Leading zeros, plus signs, thousands separators, blanks and words such as N/A make it text: what is no
    plain number everywhere must come out as it went in.
    """

    def __init__(self) -> None:
        self._left = dict(_TESTS)
        self._scale = self._size = 0
        self._empty = True

    def look(self, values: pa.StringArray) -> None:
        """Look at some values; nulls and empty texts say nothing."""
        if not self._left:
            self._empty = False
            return
        present = values.drop_null()
        present = present.filter(pc.greater(pc.binary_length(present), pa.scalar(0, pa.int32())))
        if not len(present):
            return
        self._empty = False
        self._left = {kind: test for kind, test in self._left.items() if test(present)}
        if "decimal" in self._left:
            self._scale = max(self._scale, _places(present))
        if "vector" in self._left:
            self._size = self._sized(present)

    def column(self, name: str, native: str = "") -> Column:
        """The column as it is kept."""
        if self._empty or not self._left:
            return Column(name=name, kind="text", native=native)
        kind = next(iter(self._left))
        if kind == "zoned":
            return Column(name=name, kind="timestamp", zoned=True, native=native)
        size = {"decimal": self._scale, "vector": self._size}.get(kind, 0)
        return Column(name=name, kind=kind, size=size, native=native)

    def _sized(self, values: pa.StringArray) -> int:
        sizes = np.unique(np.asarray(pc.count_substring(values, pattern=","))) + 1
        if len(sizes) == 1 and self._size in (0, int(sizes[0])):
            return int(sizes[0])
        del self._left["vector"]
        return 0


def converted(values: pa.StringArray, column: Column) -> pa.Array[Any]:
    """Texts as values of a column's kind."""
    if column.kind == "text":
        return values
    if column.kind == "boolean":
        values = pc.ascii_lower(values)
    empty = pc.equal(pc.binary_length(values), pa.scalar(0, pa.int32()))
    values = pc.if_else(empty, pa.scalar(None, pa.string()), values)
    if column.kind == "vector":
        return vectors_of(values, column.size)
    return values.cast(type_of(column))


def _all(values: pa.StringArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())


def _integer(values: pa.StringArray) -> bool:
    numbers = _cast(values, pa.int64())
    return numbers is not None and numbers.cast(pa.string()).equals(values)


def _boolean(values: pa.StringArray) -> bool:
    found = set(pc.unique(values).to_pylist())
    return any(found <= set(pair) for pair in _FLAGS)


def _of(type: pa.DataType, pattern: str) -> Callable[[pa.StringArray], bool]:
    return lambda values: _all(values, pattern) and _cast(values, type) is not None


def _cast(values: pa.StringArray, type: pa.DataType) -> pa.Array[Any] | None:
    try:
        return values.cast(type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _places(values: pa.StringArray) -> int:
    points = np.asarray(pc.find_substring(values, pattern="."))
    sizes = np.asarray(pc.binary_length(values))
    return int(np.where(points < 0, 0, sizes - points - 1).max())


_TESTS: dict[str, Callable[[pa.StringArray], bool]] = {
    "boolean": _boolean,
    "integer": _integer,
    "decimal": lambda values: _all(values, _DECIMAL),
    "float": lambda values: _all(values, _FLOAT) and _cast(values, pa.float64()) is not None,
    "date": _of(pa.date32(), _DAY),
    "timestamp": _of(pa.timestamp("us"), _MOMENT + "$"),
    "zoned": _of(pa.timestamp("us", tz="UTC"), _MOMENT + _ZONE),
    "vector": lambda values: _all(values, _VECTOR),
}
"""In the order in which they are preferred."""
