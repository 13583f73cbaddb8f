"""Columns of which nothing left production."""

from __future__ import annotations

import pyarrow as pa

from agentprobe.worlds.arrow import type_of
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.gathered import Gathered
from agentprobe.worlds.grow.joined import Strings
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.sanitise.left_out import constant_of


class Constants(ColumnGrower):
    """Empty, or one value of the type where a column must have one."""

    def values(self, rows: Rows) -> Gathered:
        """The same for every row."""
        return Gathered(self._same(rows))

    def _same(self, rows: Rows) -> Strings:
        many = len(rows.places)
        if self.column.nullable:
            gaps: Strings = pa.array([None] * many, type_of(self.column))
            return gaps
        if self.column.kind == "vector":
            flat = pa.array([0.0] * (many * self.column.size), pa.float32())
            return pa.FixedSizeListArray.from_arrays(flat, self.column.size)
        return constant_of(self.column, many)
