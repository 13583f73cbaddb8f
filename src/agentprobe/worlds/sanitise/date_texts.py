"""Dates as people and programs write them: taken apart into numbers, and written the same way again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.computing import pc

Ints = NDArray[np.int64]
_END = r"(?P<after>(?:[^\d].*)?)$"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"^(?P<before>\s*)(?P<y>\d{4})(?P<s1>[-/. ])(?P<b>\d{1,2})(?P<s2>[-/. ])(?P<a>\d{1,2})" + _END, "big"),
    (r"^(?P<before>\s*)(?P<y>\d{4})(?P<s1>)(?P<b>\d{2})(?P<s2>)(?P<a>\d{2})" + _END, "big"),
    (
        r"^(?P<before>\s*)(?P<a>\d{1,2})(?P<s1>[-/. ])(?P<b>\d{1,2})(?P<s2>[-/. ])(?P<y>\d{4}|\d{2})" + _END,
        "little",
    ),
    (
        r"^(?P<before>\s*(?:[A-Za-z]{3,9},? )?)(?P<a>\d{1,2})(?P<s1>[-/. ]*)(?P<b>[A-Za-z]{3,9})"
        r"(?P<s2>[-/., ]*)(?P<y>\d{4}|\d{2})" + _END,
        "named",
    ),
    (
        r"^(?P<before>\s*)(?P<b>[A-Za-z]{3,9})(?P<s1>[-/. ]+)(?P<a>\d{1,2})(?P<s2>[-/., ]+)(?P<y>\d{4})"
        + _END,
        "named_first",
    ),
)
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_PARTS = {
    "big": ("before", "y", "s1", "b", "s2", "a", "after"),
    "little": ("before", "a", "s1", "b", "s2", "y", "after"),
    "named": ("before", "a", "s1", "b", "s2", "y", "after"),
    "named_first": ("before", "b", "s1", "a", "s2", "y", "after"),
}
Change = Callable[["Days", NDArray[np.int64]], "Days"]


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the calendar as numbers, whether they exist or not."""

    year: Ints
    month: Ints
    day: Ints

    @property
    def exist(self) -> NDArray[np.bool_]:
        """Which are days of the (Gregorian) calendar in the years 1 to 9999."""
        plain = (self.year >= 1) & (self.year <= 9999) & (self.month >= 1) & (self.month <= 12)
        return plain & (self.day >= 1) & (self.day <= last_day(self.year, self.month))

    @property
    def numbers(self) -> Ints:
        """Days since 1970-01-01; anything for those that do not exist."""
        return number_of(self.year, np.clip(self.month, 1, 12), self.day)


def last_day(year: Ints, month: Ints) -> Ints:
    """The last day of each month."""
    lengths = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    made: NDArray[np.int64] = lengths[np.clip(month, 1, 12) - 1] + (leap & (month == 2))
    return made


def number_of(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970-01-01."""
    months = (year - 1970) * 12 + month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1


def days_of(numbers: Ints) -> Days:
    """The days of the calendar with these numbers."""
    dates = numbers.astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    firsts = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return Days(months // 12 + 1970, months % 12 + 1, numbers - firsts + 1)


def changed(
    texts: pa.Array[Any], change: Change, *, month_first: bool
) -> tuple[pa.Array[Any], NDArray[np.bool_]]:
    """Give the days in texts to `change` with their rows, and write what it makes of them the same way.

    Returns the texts, and which of them hold a day at all; what does not is returned as it is.
    """
    result, known = texts, np.zeros(len(texts), bool)
    for rows, parts in _taken_apart(texts, month_first=month_first):
        mask = np.zeros(len(texts), bool)
        mask[rows] = True
        result = pc.replace_with_mask(result, pa.array(mask), parts.written(change(parts.days, rows)))
        known |= mask
    return result, known


def day_numbers_in(texts: pa.Array[Any], *, missing: int) -> tuple[Ints, NDArray[np.bool_]]:
    """The number of the day in each text, `missing` where it does not exist, and which texts hold one."""
    numbers, known = np.full(len(texts), missing, np.int64), np.zeros(len(texts), bool)
    for rows, parts in _taken_apart(texts, month_first=False):
        days = parts.days
        numbers[rows] = np.where(days.exist, days.numbers, missing)
        known[rows] = True
    return numbers, known


def _taken_apart(texts: pa.Array[Any], *, month_first: bool) -> Iterator[tuple[NDArray[np.int64], _Parts]]:
    """Rows that hold dates, pattern by pattern, with the pieces of these."""
    open_rows = np.flatnonzero(texts.is_valid().to_numpy(zero_copy_only=False))
    for pattern, order in _PATTERNS:
        if not len(open_rows):
            return
        found = pc.extract_regex(texts.take(open_rows), pattern)
        fits = found.is_valid().to_numpy(zero_copy_only=False)
        if order.startswith("named"):
            fits &= _is_month(found).to_numpy(zero_copy_only=False)
        if fits.any():
            yield open_rows[fits], _Parts(found.filter(pa.array(fits)), order, month_first)
            open_rows = open_rows[~fits]


def _is_month(found: pa.Array[Any]) -> pa.Array[Any]:
    names = pa.array([one for name in _MONTHS for one in (name, name[:3], name[:4])])
    made: pa.Array[Any] = pc.fill_null(pc.is_in(pc.utf8_lower(pc.struct_field(found, "b")), names), False)
    return made


class _Parts:
    """The pieces of dates that are written after one pattern."""

    def __init__(self, found: pa.Array[Any], order: str, month_first: bool) -> None:
        self._field = {name: pc.struct_field(found, name) for name in _PARTS[order]}
        self._order = order
        self._swapped = month_first and order == "little"
        self._day, self._month = ("b", "a") if self._swapped else ("a", "b")

    @property
    def days(self) -> Days:
        """The days that are told."""
        year = _number(self._field["y"])
        short = pc.equal(pc.binary_length(self._field["y"]), 2).to_numpy(zero_copy_only=False)
        # two digits mean the years 1930 to 2029, as most readers take them
        year = np.where(short, np.where(year < 30, 2000 + year, 1900 + year), year)
        if self._order.startswith("named"):
            short_names = pc.utf8_slice_codeunits(pc.utf8_lower(self._field["b"]), 0, 3)
            months = pc.index_in(short_names, pa.array([name[:3] for name in _MONTHS]))
            month = months.to_numpy(zero_copy_only=False).astype(np.int64) + 1
        else:
            month = _number(self._field[self._month])
        return Days(year, month, _number(self._field[self._day]))

    def written(self, days: Days) -> pa.Array[Any]:
        """Other days in the same spelling."""
        new = {**self._field, "y": _padded(days.year, self._field["y"])}
        new[self._day] = _padded(days.day, self._field[self._day])
        named = self._order.startswith("named")
        new[self._month] = (
            _named(days.month, self._field["b"]) if named else _padded(days.month, self._field[self._month])
        )
        pieces = [new[name] for name in _PARTS[self._order]]
        made: pa.Array[Any] = pc.binary_join_element_wise(*pieces, "")
        return made


def _number(digits: pa.Array[Any]) -> Ints:
    return digits.cast(pa.int64()).to_numpy(zero_copy_only=False)


def _padded(numbers: Ints, like: pa.Array[Any]) -> pa.Array[Any]:
    """Numbers as wide as those that stood there; one digit may become two, four a two."""
    wide = pc.binary_length(like).to_numpy(zero_copy_only=False)
    spelled = pa.array(np.where((wide == 2) & (numbers > 99), numbers % 100, numbers)).cast(pa.string())
    two, four = pc.utf8_lpad(spelled, 2, "0"), pc.utf8_lpad(spelled, 4, "0")
    made: pa.Array[Any] = pc.if_else(pa.array(wide == 4), four, pc.if_else(pa.array(wide == 2), two, spelled))
    return made


def _named(months: Ints, like: pa.Array[Any]) -> pa.Array[Any]:
    """Names of months, short where a short one stood, in the same letters."""
    at = np.clip(months, 1, 12) - 1
    full = pa.array([name.title() for name in _MONTHS]).take(at)
    length = pc.utf8_length(like)
    # "May" tells not whether names are short: it becomes a short one
    name = pc.if_else(pc.less_equal(length, 3), pc.utf8_slice_codeunits(full, 0, 3), full)
    name = pc.if_else(pc.utf8_is_upper(like), pc.utf8_upper(name), name)
    made: pa.Array[Any] = pc.if_else(pc.utf8_is_lower(like), pc.utf8_lower(name), name)
    return made


NEITHER, DAY_FIRST, MONTH_FIRST = 0, 1, 2


def order_told(texts: pa.Array[Any]) -> NDArray[np.uint8]:
    """Of each text whether it can only be day/month, only month/day, or neither can be told."""
    found = pc.extract_regex(texts, _PATTERNS[2][0])
    here = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
    told = np.full(len(texts), NEITHER, np.uint8)
    if len(here):
        fitting = found.take(here)
        first, second = (_number(pc.struct_field(fitting, name)) for name in ("a", "b"))
        told[here[(first > 12) & (second <= 12)]] = DAY_FIRST
        told[here[(second > 12) & (first <= 12)]] = MONTH_FIRST
    return told
