"""The rows of one table, made from its shape: any of them, in any order, on any machine the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.grow.chance import Chance, Whole
from agentprobe.worlds.grow.columns import ColumnGrower, column_grower
from agentprobe.worlds.grow.frames import Frame, evenly, frames
from agentprobe.worlds.grow.joined import Strings, chosen
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.schema import Table
from agentprobe.worlds.shape.model import Constant, Field, Shape
from agentprobe.worlds.source import BATCH_ROWS

_MANY_GAPS = 0.25


class Growing:
    """A world on its way: a grower for each table."""

    def __init__(self, shape: Shape, rows: int, seed: int) -> None:
        """Raises ConfigError for an impossible number of rows."""
        self.shape = shape
        chance = Chance.of(seed)
        self.frames = frames(shape, rows, seed)
        self.tables = {name: TableGrower(self, frame, chance) for name, frame in self.frames.items()}


class TableGrower:
    """Makes the rows of one table."""

    def __init__(self, world: Growing, frame: Frame, chance: Chance) -> None:
        self.world, self.frame, self.chance = world, frame, chance
        self.table: Table = frame.shape.table

    @cached_property
    def columns(self) -> dict[str, ColumnGrower]:
        """What makes each column."""
        return {
            column.name: column_grower(
                self.frame.shape,
                self.frame.shape.field(column.name) or Field(name=column.name, model=Constant()),
                column,
                self.chance,
            )
            for column in self.table.columns
        }

    @property
    def parent(self) -> TableGrower | None:
        """What makes the table that the rows belong to."""
        return None if self.frame.by is None else self.world.tables[self.frame.by.table]

    def referred(self, columns: tuple[str, ...]) -> TableGrower:
        """What makes the table that a reference leads to."""
        table = next(one.table for one in self.table.references if one.columns == columns)
        return self.world.tables[table]

    def batches(self, first: int, last: int) -> Iterator[pa.RecordBatch]:
        """The rows from `first` up to `last`."""
        for start, stop in evenly(last - first, BATCH_ROWS):
            yield self.batch(np.arange(first + start, first + stop))

    def batch(self, places: Whole) -> pa.RecordBatch:
        """Any rows of the table."""
        rows = Rows(self, places)
        gaps = self._gaps(rows)
        columns = []
        for column in self.table.columns:
            empty = gaps.get(column.name) if column.nullable else None
            columns.append(
                rows.finished(column.name) if empty is None else self._told(rows, column.name, empty)
            )
        return pa.record_batch(columns, schema=schema_of(self.table))

    def _told(self, rows: Rows, name: str, empty: npt.NDArray[np.bool_]) -> Strings:
        """A column with gaps; where there are many, only the rest is made."""
        if empty.mean() < _MANY_GAPS:
            return rows.finished(name, empty)
        found = rows.some(np.flatnonzero(~empty)).finished(name)
        return found.take(pa.array(np.cumsum(~empty) - 1, mask=empty))

    def _gaps(self, rows: Rows) -> dict[str, npt.NDArray[np.bool_]]:
        """Where each column is empty: columns are empty together, as often as they were in production."""
        patterns = self.frame.shape.missing
        found: dict[str, npt.NDArray[np.bool_]] = {
            field.name: self._absent(rows, field) for field in self.frame.shape.fields if field.absent
        }
        if not patterns:
            return found
        which = chosen([share for _, share in patterns], self.frame.chance.at("missing").units(rows.places))
        for number, (names, _) in enumerate(patterns):
            at = which == number
            for name in names:
                found[name] = found[name] | at if name in found else at
        return found

    def _absent(self, rows: Rows, field: Field) -> npt.NDArray[np.bool_]:
        """Where a category says that there is no value."""
        shares = np.asarray((*field.absent_by, 0.0))[rows.numbers(field.absent)]
        units: npt.NDArray[np.float64] = rows.chance(field.name).at("absent").units(rows.places)
        return units < shares
