"""Amounts and measures."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.grow.chance import Whole
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.grow.joined import Strings, between, chosen
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.shape.model import Number


class Numbers(ColumnGrower):
    """Draws between quantiles and rounds as the shape's people do."""

    @cached_property
    def _number(self) -> Number:
        assert isinstance(self.field.model, Number)
        return self.field.model

    def numbers(self, rows: Rows) -> Whole:
        """The value in its smallest unit."""
        scale = 10 ** min(self._places, 9)
        found: Whole = np.round(self._floats(rows) * scale).astype(np.int64)
        return found

    def values(self, rows: Rows) -> Gathered:
        """Integers, floats, exact decimals or text."""
        return Gathered(self._told(rows))

    def _told(self, rows: Rows) -> Strings:
        kind = self.column.kind
        if kind == "float":
            return pa.array(self._floats(rows))
        whole = rows.numbers(self.field.name)
        if kind == "integer":
            return pa.array(whole)
        return _exact(whole, self._places).cast(pa.string() if kind == "text" else type_of(self.column))

    @property
    def _places(self) -> int:
        return 0 if self.column.kind == "integer" else self._number.places

    def _floats(self, rows: Rows) -> npt.NDArray[np.float64]:
        found = between(np.asarray(self._number.knots, np.float64), self.units(rows))
        found = self._ending(rows, self._stepped(rows, np.round(found, self._places)))
        special = self._number.special
        if special:
            which = chosen([share for _, share in special], self.units(rows, "special"))
            known = np.asarray([*(value for value, _ in special), 0.0])
            found = np.where(which < len(special), known[np.minimum(which, len(special))], found)
        return found

    def _stepped(self, rows: Rows, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if not self._number.steps:
            return values
        which = chosen([share for _, share in self._number.steps], self.units(rows, "step"))
        for at, (step, _) in enumerate(self._number.steps):
            values = np.where(which == at, np.round(values / step) * step, values)
        return np.round(values, self._places)

    def _ending(self, rows: Rows, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if not self._number.endings:
            return values
        which = chosen([share for _, share in self._number.endings], self.units(rows, "ending"))
        for at, (ending, _) in enumerate(self._number.endings):
            values = np.where(which == at, np.floor(values) + ending, values)
        return np.round(values, self._places)


def _exact(whole: Whole, places: int) -> Strings:
    """Whole numbers of the smallest unit as exact decimals."""
    words = np.empty((len(whole), 2), np.int64)
    words[:, 0], words[:, 1] = whole, whole >> 63
    kind = pa.decimal128(38, places)
    return pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(words.tobytes())])
