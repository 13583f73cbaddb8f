"""A column on its way: values of a pool and where each row finds its own, written out once, at the end.

Slips, moves, dirt and gaps change a few places instead of the strings of all rows; and what is done to every
value is done once to each that stands in the column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.grow.chance import Whole
from agentprobe.worlds.shape.arrays import Values, pc, picked

At = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Values of a pool, in the order of the rows."""

    pool: Values
    at: At | None = None
    """Each row's place in the pool; None where the pool is the column as it stands."""

    def __len__(self) -> int:
        return len(self.pool) if self.at is None else len(self.at)

    @property
    def kind(self) -> pa.DataType:
        """The type of the values."""
        kind: pa.DataType = self.pool.type
        return kind

    def picked(self, rows: At) -> Gathered:
        """Some of the rows."""
        return Gathered(self.pool, rows if self.at is None else self.at[rows])

    def changed(self, changes: Sequence[tuple[At, Gathered]]) -> Gathered:
        """The column with other values in some rows; a later change goes over an earlier one."""
        changes = [(rows, news) for rows, news in changes if len(rows)]
        if not changes:
            return self
        at: Whole = np.arange(len(self.pool)) if self.at is None else self.at.astype(np.int64)
        pools, end = [self.pool], len(self.pool)
        for rows, news in changes:
            at[rows] = (np.arange(len(news.pool)) if news.at is None else news.at) + end
            pools.append(news.pool)
            end += len(news.pool)
        return Gathered(pa.concat_arrays(pools), at)

    def mapped(self, turn: Callable[[Values], Values]) -> Gathered:
        """What becomes of each value, where that depends on nothing else."""
        if self.at is None:
            return Gathered(turn(self.pool))
        stands = np.zeros(len(self.pool), bool)
        stands[self.at] = True
        used = np.flatnonzero(stands)
        places = np.zeros(len(self.pool), np.int64)
        places[used] = np.arange(len(used))
        return Gathered(turn(picked(self.pool, used)), places[self.at])

    def written(self, gaps: npt.NDArray[np.bool_] | None = None) -> Values:
        """The column, empty where there are gaps."""
        if gaps is None:
            return self.pool if self.at is None else picked(self.pool, self.at)
        at = np.arange(len(self.pool)) if self.at is None else self.at
        found: Values = pc.take(self.pool, pa.array(at, mask=gaps))
        return found


def by_group(
    groups: npt.NDArray[np.integer], make: Callable[[int, npt.NDArray[np.intp]], Gathered], kind: pa.DataType
) -> Gathered:
    """Make the rows of each group together: `make` is given a group and the places of its rows."""
    if not len(groups):
        return Gathered(pa.array([], kind))
    low, high = int(groups.min()), int(groups.max())
    if low == high:
        return make(low, np.arange(len(groups)))
    narrow: At = groups
    if low >= 0 and high < 1 << 16:
        narrow = groups.astype(np.uint8 if high < 256 else np.uint16)  # sorted ten times as fast
    order = np.argsort(narrow, kind="stable")
    found, starts = _starts(narrow[order])
    places = np.split(order, starts[1:])
    made = [make(int(group), rows) for group, rows in zip(found, places, strict=True)]
    at, end = np.empty(len(order), np.int64), 0
    for rows, part in zip(places, made, strict=True):
        at[rows] = (np.arange(len(part.pool)) if part.at is None else part.at) + end
        end += len(part.pool)
    return Gathered(pa.concat_arrays([part.pool for part in made]), at)


def _starts(ordered: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.intp]]:
    """Each group in an ordered column, and where it begins."""
    starts = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1))
    return ordered[starts], starts
