"""How hard it is to find a slot: free ones, none at all, and what it costs to make one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentprobe.worlds.calendars.busy import WEEKS, Bits, Busy, busy, counted, working
from agentprobe.worlds.calendars.tables import CalendarTables, Names, tables_of
from agentprobe.worlds.draws import below, shares
from agentprobe.worlds.measure import Measure, distance, moved
from agentprobe.worlds.source import Reading

ATTENDEES, SLOTS, DAYS = (2, 4, 8), (1, 2, 4), (1, 5)
"""For so many people, so many half hours, within so many working days."""
QUERIES = 1000
BOUND = 0.1
_COST = (4, 2, 5)
"""What a slot costs is measured for four people, an hour, a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What one kind of search for a slot meets."""

    attendees: int
    slots: int
    days: int
    colleagues: bool
    """Do those asked for meet anyway, or are they anyone?"""
    free: NDArray[np.float64]
    """The share of beginnings that are free, one number a search."""

    @property
    def none(self) -> float:
        """How many searches find nothing."""
        return float((self.free == 0).mean()) if len(self.free) else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredCalendars:
    """What searches for slots meet in a world."""

    people: int
    occupancy: NDArray[np.float64]
    """What share of the people is busy in each half hour of the week, from Monday on."""
    shared: float
    """The share of busy time that is spent in meetings of two and more."""
    load: NDArray[np.float64]
    """Of each person, busy time in office hours over all office hours."""
    slots: tuple[Slots, ...]
    costs: NDArray[np.float64]
    """Of searches that found nothing, how many people's events must be moved for the cheapest slot."""


def measured(reading: Reading, names: Names = Names(), *, queries: int = QUERIES) -> MeasuredCalendars:  # noqa: B008
    """Search the calendars of a world for slots."""
    return measured_tables(tables_of(reading, names), queries=queries)


def measured_tables(tables: CalendarTables, *, queries: int = QUERIES) -> MeasuredCalendars:
    """The same for tables at hand."""
    return searched(busy(tables), queries=queries)


def searched(seen: Busy, *, queries: int = QUERIES) -> MeasuredCalendars:
    """Search for slots among people whose time is known."""
    hours = working(WEEKS * 7)
    everyone = max(len(seen.people), 1)
    spread = np.unpackbits(seen.bits.astype("<u8").view(np.uint8), axis=None, bitorder="little")
    week = spread.reshape(len(seen.people), WEEKS, 7, 64)[..., :48].sum(axis=(0, 1)) / (everyone * WEEKS)
    total, shared = int(counted(seen.bits).sum()), int(counted(seen.shared).sum())
    found: list[Slots] = []
    costs = np.zeros(0)
    for colleagues in (True, False):
        for attendees in (size for size in ATTENDEES if size <= len(seen.people)):
            who, day = _asked(seen, attendees, colleagues, queries)
            taken = np.bitwise_or.reduce(seen.bits[who], axis=1)
            for slots in SLOTS:
                begins = free(taken, hours, slots)
                found += [_slots(begins, hours, day, attendees, slots, days, colleagues) for days in DAYS]
            if attendees == _COST[0] and colleagues:
                costs = _costs(seen.bits[who], hours, day)
    load = counted(seen.bits & hours).sum(axis=1) / counted(hours).sum()
    return MeasuredCalendars(
        people=len(seen.people),
        occupancy=week.ravel(),
        shared=shared / max(total, 1),
        load=load,
        slots=tuple(found),
        costs=costs,
    )


def free(taken: Bits, hours: Bits, slots: int) -> Bits:
    """Where so many half hours in a row are free within `hours`: the bits of their beginnings."""
    open_ = ~taken & hours
    found = open_.copy()
    for after in range(1, slots):
        found &= open_ >> np.uint64(after)
    return found


def compare(one: MeasuredCalendars, other: MeasuredCalendars) -> tuple[Measure, ...]:
    """How far two worlds are apart for who looks for a slot."""
    pairs = _paired(one, other)
    searches = min((min(len(a.free), len(b.free)) for a, b in pairs), default=0)
    people = min(one.people, other.people)
    told = [
        Measure(
            name="no-slot rate, largest difference",
            value=round(max((abs(a.none - b.none) for a, b in pairs), default=1.0), 4),
            bound=BOUND,
            observed=searches,
        ),
        Measure(
            name="no-slot rate, mean difference",
            value=round(float(np.mean([b.none - a.none for a, b in pairs])) if pairs else 1.0, 4),
            bound=BOUND / 2,
            observed=searches,
        ),
        Measure(
            name="free-slot EMD, largest",
            value=round(max((moved(a.free, b.free) for a, b in pairs), default=1.0), 4),
            bound=BOUND,
            observed=searches,
        ),
        Measure(
            name="occupancy by half hour of the week, mean difference",
            value=round(float(np.abs(one.occupancy - other.occupancy).mean()), 4),
            bound=0.05,
            observed=people,
        ),
        Measure(
            name="share of time in meetings",
            value=round(other.shared - one.shared, 4),
            bound=BOUND,
            observed=people,
        ),
        Measure(
            name="cost of a slot KS",
            value=round(distance(one.costs, other.costs), 4),
            bound=0.2,
            observed=min(len(one.costs), len(other.costs)),
        ),
    ]
    return tuple(told)


def _paired(one: MeasuredCalendars, other: MeasuredCalendars) -> list[tuple[Slots, Slots]]:
    known = {(slots.attendees, slots.slots, slots.days, slots.colleagues): slots for slots in other.slots}
    keys = [(slots.attendees, slots.slots, slots.days, slots.colleagues) for slots in one.slots]
    return [(slots, known[key]) for slots, key in zip(one.slots, keys, strict=True) if key in known]


def _asked(
    seen: Busy, attendees: int, colleagues: bool, queries: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whom each search asks for, and the working day of the eight weeks from which on."""
    at = np.arange(queries)
    day = below(WEEKS * 5 - max(DAYS) + 1, 0, "day", at, attendees)
    order = np.argsort(shares(0, "who", at[:, None], np.arange(len(seen.people))[None, :]), axis=1)
    who = (
        order[:, :attendees].copy()
        if len(seen.people) <= 4096
        else below(len(seen.people), 0, "any", at[:, None], np.arange(attendees)[None, :])
    )
    members, starts = seen.meetings
    if colleagues and len(starts) > 1:
        _with_colleagues(who, members, starts, at)
    return who, day


def _with_colleagues(
    who: NDArray[np.int64], members: NDArray[np.int64], starts: NDArray[np.int64], at: NDArray[np.int64]
) -> None:
    """Replace those asked for by who meets with them: a meeting's members, then those of their meetings."""
    order = np.argsort(members, kind="stable")
    of = np.searchsorted(members[order], np.arange(int(members.max()) + 2))
    meeting_of = np.searchsorted(starts, order, side="right") - 1
    size = who.shape[1]
    first = below(len(starts) - 1, 0, "meeting", at, size).tolist()
    turns = np.arange(4 * size)[None, :]
    chosen, onward = (shares(0, name, at[:, None], turns).tolist() for name in ("next", "of"))
    for query, meeting in enumerate(first):
        found: list[int] = []
        for whom, which in zip(chosen[query], onward[query], strict=True):
            for one in members[starts[meeting] : starts[meeting + 1]].tolist():
                if one not in found and len(found) < size:
                    found.append(one)
            if len(found) == size:
                break
            next_ = found[int(whom * len(found))]
            low, high = of[next_], of[next_ + 1]
            meeting = int(meeting_of[low + int(which * (high - low))])
        who[query, : len(found)] = found
        # Where colleagues do not suffice, others remain; one who stands twice only means fewer people.


def _slots(
    begins: Bits, hours: Bits, day: NDArray[np.int64], attendees: int, slots: int, days: int, colleagues: bool
) -> Slots:
    window = (day[:, None] + np.arange(days)[None, :]) // 5 * 7 + (
        day[:, None] + np.arange(days)[None, :]
    ) % 5
    held = counted(np.take_along_axis(begins, window, axis=1)).sum(axis=1)
    all_ = counted(free(np.zeros_like(hours), hours, slots))[window].sum(axis=1)
    return Slots(attendees=attendees, slots=slots, days=days, colleagues=colleagues, free=held / all_)


def _costs(bits: Bits, hours: Bits, day: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each search without a free slot: how many of those asked for are busy at the cheapest beginning."""
    _, slots, days = _COST
    window = (day[:, None] + np.arange(days)[None, :]) // 5 * 7 + (
        day[:, None] + np.arange(days)[None, :]
    ) % 5
    all_: Any = np.arange(48, dtype=np.uint64)
    mine = np.take_along_axis(bits, window[:, None, :].repeat(bits.shape[1], axis=1), axis=2)
    taken = mine.copy()
    for after in range(1, slots):
        taken |= mine >> np.uint64(after)
    each = ((taken[..., None] >> all_) & np.uint64(1)).sum(axis=1)
    allowed = (free(np.zeros_like(hours), hours, slots)[window][..., None] >> all_) & np.uint64(1)
    cheapest = np.where(allowed > 0, each, np.uint64(99)).min(axis=(1, 2))
    found: NDArray[np.float64] = cheapest[cheapest > 0].astype(np.float64)
    return found
