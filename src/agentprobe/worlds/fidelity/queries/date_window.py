"""All rows of some days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.asking import Asking, found
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Table

DAYS = 7
ASKED = 4000
FORMS = ["%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
_SECONDS_AND_ZONE = r"(:\d\d)(\.\d+)?\s*(Z|UTC|[+-]\d\d(:?\d\d)?)?$"
"""What a moment as text may end with; the day is that of its own zone."""


class DateWindow(Asking):
    """Ask for all rows of a week: `opened_at BETWEEN … AND …`."""

    title = "a week's window"

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Dates, also those kept as texts."""
        return ((column.name,) for column in table.having(Role.DATE, Role.BIRTH_DATE))

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """The week around some rows' own day is asked for."""
        days = days_of(columns, query.columns[0])
        asked = days[columns.picks(ASKED)]
        asked = asked[asked != _NONE] - DAYS // 2
        there = np.sort(days[days != _NONE])
        sizes = np.searchsorted(there, asked + DAYS) - np.searchsorted(there, asked)
        return found(query, sizes, of="no value can be read as a day")


_NONE = np.iinfo(np.int32).min


def days_of(columns: Columns, name: str) -> NDArray[np.int32]:
    """The day of each row since 1970, the least number where there is none that can be read."""
    return columns.once(("days", name), lambda: _days(columns, name))


def _days(columns: Columns, name: str) -> NDArray[np.int32]:
    kind = columns.table.column(name).kind
    if kind in ("date", "timestamp"):
        return _numbers(columns.raw(name).cast(pa.date32(), safe=False).combine_chunks())
    coded = columns.coded(name)
    texts = pa.table({"v": coded.values})
    with duckdb.connect() as database:
        database.register("texts", texts)
        bare = "regexp_replace(trim(v), $2, '\\1')"
        query = f"select cast(try_strptime({bare}, $1) as date) d from texts"
        read = (
            database.sql(query, params=[FORMS, _SECONDS_AND_ZONE])
            .to_arrow_table()
            .column("d")
            .combine_chunks()
        )
    return np.append(_numbers(read), np.int32(_NONE))[coded.codes]


def _numbers(dates: Any) -> NDArray[np.int32]:
    return np.asarray(dates.cast(pa.int32()).fill_null(_NONE).to_numpy(zero_copy_only=False), np.int32)
