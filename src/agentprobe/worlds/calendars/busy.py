"""Who is busy when, as bits: a whole day of one person in one number, so that free slots are found fast."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.calendars.occurrences import DAY, Occurrences, by_clock, in_utc, occurrences, times
from agentprobe.worlds.calendars.tables import CANCELLED, DECLINED, CalendarTables
from agentprobe.worlds.untyped import pc

SLOT = DAY // 48
"""Half an hour."""
WEEKS = 8
OPENS, CLOSES = 18, 34
"""Slots are asked for between nine and five."""
_SPAN = 14
"""An event of more days takes so many."""

Bits = NDArray[np.uint64]
_ONES = np.array([number.bit_count() for number in range(1 << 16)], dtype=np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Some people's weeks, by the clock of the zone in which most of them live."""

    people: NDArray[np.int64]
    """Their calendars' ids, in order."""
    bits: Bits
    """A row for each of them, a number for each day; the lowest bit is the half hour after midnight."""
    shared: Bits
    """The same for meetings of two and more only."""
    first: int
    """Midnight of the first day, a Monday, by the zone's clock."""
    zone: str
    begins: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]
    """Of all that takes somebody's time: whose, in which half hour of the week it begins, is it a meeting."""
    meetings: tuple[NDArray[np.int64], NDArray[np.int64]]
    """Of each meeting of two and more: who (places in `people`), one after the other; where each begins."""


def busy(tables: CalendarTables) -> Busy:
    """See who is busy when, over the eight weeks in which most happens."""
    zones = Counter(zone for zone in tables.calendars.column("time_zone").to_pylist() if zone)
    zone = min(zones, key=lambda name: (-zones[name], name)) if zones else "UTC"
    known = np.asarray(pc.is_valid(tables.calendars.column("time_zone")).combine_chunks())
    people = np.sort(ids(tables.calendars, "calendar_id")[known])
    first = _densest(tables.events, zone)
    begins, ends = in_utc(np.array([first, first + WEEKS * 7 * DAY]), zone)
    found = occurrences(tables.events, int(begins), int(ends))
    places, rows = _attending(tables, people)
    sizes = np.bincount(rows, minlength=tables.events.num_rows)
    bits, shared = (np.zeros((len(people), WEEKS * 7), dtype=np.uint64) for _ in range(2))
    order = np.argsort(rows, kind="stable")
    places, rows = places[order], rows[order]
    begin = np.searchsorted(rows, np.arange(tables.events.num_rows + 1))
    many = np.diff(begin)[found.rows]
    each = np.repeat(np.arange(len(found.rows)), many)
    within = np.arange(len(each)) - np.repeat(np.cumsum(many) - many, many)
    who = places[begin[found.rows][each] + within]
    _fill(bits, who, each, found, first, zone)
    meeting = sizes[found.rows[each]] > 1
    _fill(shared, who[meeting], each[meeting], found, first, zone)
    met = np.flatnonzero(sizes > 1)
    members = np.concatenate([places[begin[row] : begin[row + 1]] for row in met]) if len(met) else places[:0]
    starts = np.concatenate([[0], np.cumsum(sizes[met])]).astype(np.int64)
    slot = (by_clock(found.starts, zone) - first) // SLOT % (7 * 48)
    return Busy(
        people=people,
        bits=bits,
        shared=shared,
        first=first,
        zone=zone,
        begins=(who, slot[each], meeting),
        meetings=(members, starts),
    )


def counted(bits: Bits) -> NDArray[np.int64]:
    """How many bits are set in each number."""
    halves = np.ascontiguousarray(bits).view(np.uint16).reshape(*bits.shape, 4)
    made: NDArray[np.int64] = _ONES[halves].sum(axis=-1, dtype=np.int64)
    return made


def working(days: int) -> Bits:
    """The office hours of so many days, of which the first is a Monday."""
    hours = np.uint64(((1 << CLOSES) - 1) & ~((1 << OPENS) - 1))
    return np.where(np.arange(days) % 7 < 5, hours, np.uint64(0)).astype(np.uint64)


def ids(table: pa.Table, name: str) -> NDArray[np.int64]:
    """A column of ids."""
    return np.asarray(table.column(name).combine_chunks()).astype(np.int64)


def _attending(
    tables: CalendarTables, people: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whose time which events take: the places in `people` and the events' rows."""
    events = ids(tables.events, "event_id")
    order = np.argsort(events, kind="stable")
    asked = ids(tables.attendances, "event_id")
    at = np.minimum(np.searchsorted(events[order], asked), max(len(events) - 1, 0))
    rows = order[at] if len(events) else at
    who = ids(tables.attendances, "calendar_id")
    places = np.minimum(np.searchsorted(people, who), max(len(people) - 1, 0))
    takes = np.asarray(
        pc.fill_null(pc.not_equal(tables.attendances.column("response"), DECLINED), True).combine_chunks()
    )
    counts = np.asarray(
        pc.and_not(
            pc.fill_null(pc.not_equal(tables.events.column("status"), CANCELLED), True),
            pc.fill_null(tables.events.column("transparent"), False),
        ).combine_chunks()
    )
    if not len(events) or not len(people):
        return places[:0], rows[:0]
    held = takes & (events[rows] == asked) & (people[places] == who) & counts[rows]
    return places[held], rows[held]


def _densest(events: pa.Table, zone: str) -> int:
    """The Monday from which the weeks begin that hold most beginnings."""
    starts = times(events.column("starts"))
    weeks = (by_clock(starts, zone) // DAY + 3) // 7 if len(starts) else np.array([2900])
    found, many = np.unique(weeks, return_counts=True)
    ends = np.searchsorted(found, found + WEEKS)
    sums = np.concatenate([[0], np.cumsum(many)])
    best = int(found[np.argmax(sums[ends] - sums[: len(found)])])
    return (best * 7 - 3) * DAY


def _fill(
    bits: Bits, who: NDArray[np.int64], each: NDArray[np.int64], found: Occurrences, first: int, zone: str
) -> None:
    begins = (by_clock(found.starts, zone) - first) // SLOT
    ends = -((first - by_clock(found.ends, zone)) // SLOT)
    ends = np.minimum(np.maximum(ends, begins), begins + 48 * _SPAN)
    put(bits, who, begins[each], ends[each])


def put(bits: Bits, who: NDArray[np.int64], begins: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
    """Set the half hours from `begins` up to `ends`, counted from the first midnight, for each of `who`."""
    day = begins // 48
    last = (ends - 1) // 48
    for after in range(int((last - day).max(initial=-1)) + 1):
        now = day + after
        held = (now <= last) & (now >= 0) & (now < bits.shape[1])
        low = np.maximum(begins[held] - now[held] * 48, 0)
        high = np.minimum(ends[held] - now[held] * 48, 48)
        np.bitwise_or.at(bits, (who[held], now[held]), run(low, high))


def run(low: NDArray[np.int64], high: NDArray[np.int64]) -> Bits:
    """Numbers whose bits from `low` up to `high` are set."""
    one = np.uint64(1)
    found: Bits = (one << high.astype(np.uint64)) - (one << low.astype(np.uint64))
    return found
