"""Dates and times: moved by whole weeks, all of one customer's alike, so that what lies between stays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.characters import masked
from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import I64, U64, Keyed, below
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.birthdays import Birthdays
from agentprobe.worlds.sanitise.counted import Counted
from agentprobe.worlds.sanitise.date_numbers import day_numbers, moved_numbers
from agentprobe.worlds.sanitise.date_texts import (
    DAY_FIRST,
    MONTH_FIRST,
    Days,
    changed,
    day_numbers_in,
    days_of,
    number_of,
    order_told,
)
from agentprobe.worlds.sanitise.entities import Entities
from agentprobe.worlds.sanitise.remembered import Remembered
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.schema import Column, Table

BLOCKS = (2, 4, 8, 13, 26)
"""In weeks: how far dates may move, chosen by how long a time the source shows."""
_PART = 8
"""A block is at most this part of the time shown, so that days stay as busy as they were."""
_SENTINELS = ((1900, 1, 1), (1970, 1, 1), (1899, 12, 30), (1753, 1, 1), (1899, 12, 31), (1904, 1, 1))
_FIRST, _LAST = 1800, 2199
"""Years beyond these mean "never" or "always" (9999-12-31, 0001-01-01), as do the sentinels."""
_DATED = ("text", "date", "timestamp", "integer", "float")
_NO_DATE = 255
_NONE = -(2**60)
"""The number of no day: before all."""


class Dates:
    """Moves the dates of each entity by the same whole number of weeks, up to half a year.

    Weekday, time of day and all intervals within one entity (a customer with all that refers to it) stay to
    the microsecond. An entity's last date goes round within a block of weeks that ends with the state read,
    so that days stay as busy as they were and nothing past becomes future. Days that do not exist (31/02)
    and those that mean no day (1900-01-01, 9999-12-31) stay; so does the spelling of dates in texts. Dates
    of birth are mapped by `Birthdays`. What is not kept: which of two entities was first, when they are less
    than a block apart.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.DATE, Role.BIRTH_DATE})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._entities = Entities(setting)
        self._lasts: list[tuple[U64, I64]] = []
        self._waiting = 0
        self._span = [2**62, -(2**62)]
        self._orders: dict[tuple[str, str], list[int]] = {}
        self._junk: dict[tuple[str, str], Counted] = {}
        self._usual: dict[tuple[str, str], frozenset[str]] = {}
        self._kinds = Remembered(_kinds, pa.uint8())
        self._birth_texts: dict[tuple[str, str], Remembered] = {}
        self._now = _day_of(setting.as_of)
        self._seen: tuple[pa.RecordBatch | None, U64] = (None, np.zeros(0, np.uint64))
        self._settled: _Offsets | None = None

    @classmethod
    def of(cls, setting: Setting, _words: object) -> Dates:
        """The treatment for a snapshot."""
        return cls(setting)

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """See whose rows these are, and the last date of each entity."""
        self._entities.learn(table, batch)
        for column in table.having(Role.BIRTH_DATE, Role.DATE):
            if column.name not in batch.schema.names or column.kind not in _DATED:
                continue
            values = batch.column(column.name)
            if column.kind == "text":
                days = self._learn_texts((table.name, column.name), column.role, values)
            else:
                days = day_numbers(column, values, missing=_NONE)
            if column.role is Role.DATE:
                self._learn_days(days, self._owners(table, batch))

    def _learn_texts(self, place: tuple[str, str], role: Role, values: pa.Array[Any]) -> I64:
        """Count what is no date, and which of day and month stands first; returns the numbers of days."""
        told = values.dictionary_encode()
        if role is Role.BIRTH_DATE:
            kinds = self._kinds.of(told.dictionary).to_numpy(zero_copy_only=False)
            numbers, known = np.full(len(kinds), _NONE, np.int64), kinds != _NO_DATE
        else:
            numbers, known = day_numbers_in(told.dictionary, missing=_NONE)
            kinds = order_told(told.dictionary)
        at = pc.fill_null(told.indices, len(told.dictionary)).to_numpy(zero_copy_only=False)
        counts = np.bincount(at, minlength=len(kinds) + 1)[:-1]
        order = self._orders.setdefault(place, [0, 0])
        for side, kind in enumerate((DAY_FIRST, MONTH_FIRST)):
            order[side] += int(counts[kinds == kind].sum())
        if not known.all():
            junk = pa.array(~np.append(known, True)[at])
            self._junk.setdefault(place, Counted()).add(values.filter(junk))
        made: NDArray[np.int64] = np.append(numbers, _NONE)[at]
        return made

    def _learn_days(self, days: I64, owners: U64) -> None:
        plain = (days >= number_at(_FIRST)) & (days < number_at(_LAST + 1)) & (days <= self._now)
        days, owners = days[plain], owners[plain]
        if not len(days):
            return
        self._span = [min(self._span[0], int(days.min())), max(self._span[1], int(days.max()))]
        self._lasts.append(_last_of_each(owners, days))
        self._waiting += len(self._lasts[-1][0])
        if self._waiting > 8_000_000:
            self._lasts = [_together(self._lasts)]
            self._waiting = 0

    def settle(self, key: Key) -> None:
        """Decide how far each entity's dates move."""
        keyed = Keyed(key.sub("dates"))
        weeks = max(0, (self._span[1] - self._span[0]) // 7)
        block = max((size for size in BLOCKS if size * _PART <= weeks), default=BLOCKS[0])
        self._settled = _Offsets(keyed, block, self._now, *_together(self._lasts))
        self._birthdays = Birthdays(Keyed(key.sub("birthdays")))
        self._keyed = keyed
        self._lasts = []
        for place, counted in self._junk.items():
            common = counted.at_least(self._setting.common_in(*place))["value"]
            self._usual[place] = frozenset(cast(list[str], common.to_pylist()))

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The dates that stand for a column's."""
        values = batch.column(column.name)
        if self._settled is None or column.kind not in _DATED:
            return values
        offsets = None if column.role is Role.BIRTH_DATE else self._settled.of(self._owners(table, batch))
        if column.kind == "text" and offsets is None:
            place = table.name, column.name
            if place not in self._birth_texts:
                self._birth_texts[place] = Remembered(
                    lambda texts: self._texts(place, texts, None), pa.string()
                )
            return self._birth_texts[place].of(values)
        if column.kind == "text":
            return self._texts((table.name, column.name), values, offsets)
        return moved_numbers(column, values, lambda days, rows: self._moved(days, rows, offsets))

    def moves(self, table: Table, batch: pa.RecordBatch) -> I64 | None:
        """By how many days the dates of each row move; nothing where the table tells no row's dates."""
        own = any(column.kind in _DATED for column in table.having(Role.DATE))
        if self._settled is None or not (own or table.name in self._setting.entities):
            return None
        return self._settled.of(self._owners(table, batch))

    def _owners(self, table: Table, batch: pa.RecordBatch) -> U64:
        if self._seen[0] is not batch:
            self._seen = batch, self._entities.of(table, batch)
        return self._seen[1]

    def _moved(self, days: Days, rows: NDArray[np.int64], offsets: I64 | None) -> Days:
        fixed = _means_no_day(days)
        if offsets is None:
            new = self._birthdays.moved(days)
        else:
            there = days.exist
            shifted = days_of(np.where(there, days.numbers, 0) + offsets[rows])
            # what is no day keeps its form: 31/02 is said of another year
            year = np.where(there, shifted.year, days.year + np.sign(offsets[rows]))
            new = Days(
                year, np.where(there, shifted.month, days.month), np.where(there, shifted.day, days.day)
            )
        return Days(
            *(np.where(fixed, old, fresh) for old, fresh in zip(_fields(days), _fields(new), strict=True))
        )

    def _texts(self, place: tuple[str, str], values: pa.Array[Any], offsets: I64 | None) -> pa.Array[Any]:
        little, middle = self._orders.get(place, [0, 0])
        moved, known = changed(
            values, lambda days, rows: self._moved(days, rows, offsets), month_first=middle > little
        )
        if known.all():
            return moved
        junk = values.filter(pa.array(~known)).dictionary_encode()
        usual = self._usual.get(place, frozenset())
        texts = cast(list[str], junk.dictionary.to_pylist())
        cleaned = [one if one in usual else masked(self._keyed, one) for one in texts]
        replaced = pa.array(cleaned, pa.string()).take(junk.indices)
        made: pa.Array[Any] = pc.replace_with_mask(moved, pa.array(~known), replaced)
        return made


class _Offsets:
    """How many days each entity's dates are moved."""

    def __init__(self, keyed: Keyed, block: int, now: int, owners: U64, lasts: I64) -> None:
        self._keyed, self._block, self._now = keyed, block, now
        self._owners, self._lasts = owners, lasts

    def of(self, owners: U64) -> I64:
        """The move of each entity, in days: a multiple of 7."""
        turn = below(self._keyed.numbers(owners, 1), self._block).astype(np.int64)
        if not len(self._owners):
            return (turn - self._block // 2) * 7
        at = np.minimum(np.searchsorted(self._owners, owners), len(self._owners) - 1)
        found = self._owners[at] == owners
        place = (self._now - self._lasts[at]) // 7 % self._block
        weeks = np.where(found, place - (place + turn) % self._block, turn - self._block // 2)
        return weeks * 7


def _kinds(texts: pa.Array[Any]) -> pa.Array[Any]:
    """Of each text whether it is a date, and what it tells of the order of day and month."""
    _, known = day_numbers_in(texts, missing=_NONE)
    made: pa.Array[Any] = pa.array(np.where(known, order_told(texts), _NO_DATE).astype(np.uint8))
    return made


def _last_of_each(owners: U64, days: I64) -> tuple[U64, I64]:
    order = np.lexsort((days, owners))
    owners, days = owners[order], days[order]
    ends = np.append(owners[1:] != owners[:-1], True)
    return owners[ends], days[ends]


def _together(lasts: list[tuple[U64, I64]]) -> tuple[U64, I64]:
    if not lasts:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    return _last_of_each(np.concatenate([one[0] for one in lasts]), np.concatenate([one[1] for one in lasts]))


def _means_no_day(days: Days) -> NDArray[np.bool_]:
    fixed = (days.year < _FIRST) | (days.year > _LAST) | (days.month == 0) | (days.day == 0)
    for year, month, day in _SENTINELS:
        fixed |= (days.year == year) & (days.month == month) & (days.day == day)
    made: NDArray[np.bool_] = fixed
    return made


def _fields(days: Days) -> tuple[NDArray[np.int64], ...]:
    return days.year, days.month, days.day


def number_at(year: int) -> int:
    """The number of a year's first day."""
    return int(number_of(np.array([year]), np.array([1]), np.array([1]))[0])


def _day_of(as_of: str) -> int:
    """The number of the day that is read; far ahead where none is said."""
    if not as_of:
        return number_at(_LAST + 1)
    return (datetime.fromisoformat(as_of).date() - date(1970, 1, 1)).days
