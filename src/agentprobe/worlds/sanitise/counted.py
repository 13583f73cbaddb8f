"""How often each value of a column occurs, learned batch by batch and independent of where batches end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.computing import pc

MOST_WAITING = 2_000_000
"""So many counts wait before they are put together."""


class Counted:
    """Counts of values; nulls are not counted."""

    def __init__(self) -> None:
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def add(self, values: pa.Array[Any]) -> None:
        """Count the values of a batch."""
        told = pc.value_counts(values.drop_null())
        self._waiting.append(pa.table({"value": told.field("values"), "count": told.field("counts")}))
        self._rows += len(told)
        if self._rows > MOST_WAITING:
            self._waiting = [self._together()]
            self._rows = min(self._waiting[0].num_rows, MOST_WAITING // 2)

    def at_least(self, least: int) -> pa.Table:
        """The values that occur so often with their counts, most frequent first."""
        found = self._together()
        found = found.filter(pc.greater_equal(found["count"], least))
        return found.sort_by([("count", "descending"), ("value", "ascending")])

    def numbers(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The different numbers in ascending order and their counts."""
        found = self._together().sort_by("value")
        return found["value"].to_numpy(), found["count"].to_numpy()

    def _together(self) -> pa.Table:
        if not self._waiting:
            return pa.table({"value": pa.array([], pa.string()), "count": pa.array([], pa.int64())})
        all_of_them = pa.concat_tables(self._waiting)
        summed = all_of_them.group_by("value", use_threads=False).aggregate([("count", "sum")])
        return summed.rename_columns({"count_sum": "count"})
