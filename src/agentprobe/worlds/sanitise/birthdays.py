"""Dates of birth: each day of a year stands for another of about that year, the same for everybody."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.keyed import Keyed
from agentprobe.worlds.sanitise.date_texts import Days

_LONG = np.array([1, 3, 5, 7, 8, 10, 12])
_SHORT = np.array([4, 6, 9, 11])
_LATE = np.arange(13, 29)
_YEARS = 10_000


class Birthdays:
    """Maps birthdays one to one: who shares one still does, and its year moves by one at most.

    Two records of one person must keep one birthday although nobody knows that they belong together, so it
    cannot be shifted row by row. Within two neighbouring years months are permuted among those as long, and
    the days up to the 12th by the same permutation, so that a swap of day and month stays a swap (05/03,
    03/05); the 13th to the 28th are permuted, the last days stay. What is not kept: weekdays, and the time
    from a birth to other dates by more than about two years.
    """

    def __init__(self, keyed: Keyed) -> None:
        self._keyed = keyed
        self._phase = int(keyed.numbers(np.array([0]), 5)[0] & np.uint64(1))
        self._tables: dict[int, NDArray[np.int64]] = {}

    def moved(self, days: Days) -> Days:
        """The image of each day, whether it exists or not; what is no day of a month stays none."""
        month, day = days.month, days.day
        # 1980-25-03 is a swapped 25 March: it follows its twin
        swapped = (month > 12) & (day >= 1) & (day <= 12)
        month, day = np.where(swapped, day, month), np.where(swapped, month, day)
        pairs = (days.year + self._phase) // 2
        rows = self._rows(pairs)
        new_month = np.where((month >= 1) & (month <= 12), rows[np.clip(month, 0, 12)], month)
        new_day = np.where((day >= 1) & (day <= 31), rows[np.clip(day, 0, 12)], day)
        new_day = np.where((day > 12) & (day <= 31), rows[np.clip(day, 0, 31)], new_day)
        other = pairs * 2 + 1 - self._phase - (days.year - (pairs * 2 - self._phase))
        leap_day = (month == 2) & (day == 29)
        # its month and day stay, and only every fourth year has one
        year = np.where(leap_day | (other < 1) | (days.year < 1), days.year, other)
        return Days(year, np.where(swapped, new_day, new_month), np.where(swapped, new_month, new_day))

    def _rows(self, pairs: NDArray[np.int64]) -> _Rows:
        distinct, at = np.unique(pairs, return_inverse=True)
        for pair in distinct.tolist():
            if pair not in self._tables:
                self._tables[pair] = self._table(pair)
        tables = np.array([self._tables[pair] for pair in distinct.tolist()]).reshape(-1, 32)
        return _Rows(tables, at)

    def _table(self, pair: int) -> NDArray[np.int64]:
        """Of each number of 0 to 31 its image as a day; up to 12 also as a month."""
        table = np.arange(32)
        for number, among in enumerate((_LONG, _SHORT, _LATE)):
            table[among] = among[self._keyed.order(len(among), 16 + number + 4 * (pair % _YEARS))]
        return table


class _Rows:
    """Each row's own table."""

    def __init__(self, tables: NDArray[np.int64], at: NDArray[np.intp]) -> None:
        self._tables, self._at = tables, at

    def __getitem__(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        found: NDArray[np.int64] = self._tables[self._at, numbers]
        return found
