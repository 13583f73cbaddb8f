"""Grow calendars: meetings are put where those who attend are free, and then each one's own work beside them.

People stand in teams of 8, departments of 64 and houses of 256, each the next so many of them. All of a
house is grown at once, whoever of it is asked for, and an event is told by the first of its people: so fewer
people's calendars are those of more, and the first of them have the same load.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.calendars import naming
from agentprobe.worlds.calendars.busy import OPENS, SLOT, WEEKS, Bits, counted, run, working
from agentprobe.worlds.calendars.occurrences import DAY, by_clock, in_utc
from agentprobe.worlds.calendars.patterns import DAILY, OCCURRENCES, ONCE, RULES, days_of
from agentprobe.worlds.calendars.tables import (
    ATTENDANCES,
    CALENDARS,
    CANCELLED,
    EVENTS,
    RESPONSES,
    STATUSES,
    CalendarTables,
)
from agentprobe.worlds.draws import below, numbers, picked, shares
from agentprobe.worlds.untyped import array

TEAM, DEPARTMENT, HOUSE = 8, 64, 256
_AT_ONCE = 128
_CHOICES = 8
_ROUNDS = 240
_TURNS, _AGAIN = 24, 4
_FIRST_ID = 10_000

Places = NDArray[np.int64]
Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What is grown from; see `CalendarShape`, which this is as arrays."""

    start: int
    zones: tuple[str, ...]
    zone_weights: Weights
    hours: Weights
    own_hours: Weights
    load: Weights
    shared: float
    sizes: Weights
    lengths: Weights
    own_lengths: Weights
    own_slots: float = 0.0
    patterns: Weights
    own_patterns: Weights
    priorities: Weights
    statuses: Weights
    responses: Weights
    required: float
    transparent: float
    whole_days: float
    exceptions: float
    tight: float
    close: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Events:
    """Events of a house; `who` holds -1 where there is nobody."""

    who: Places
    length: Places
    pattern: Places
    day: Places
    """The day of the first occurrence."""
    slot: Places
    status: Places
    response: Places
    free: NDArray[np.bool_]
    """Does it take no time (transparent)?"""
    whole: NDArray[np.bool_]
    gone: Places
    """Which occurrence was taken out; -1 for none."""
    address: NDArray[np.uint64]


def grown(growth: Growth, people: int, seed: int) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The three tables' rows, house by house: (table, batch)."""
    event = 0
    for house in range(-(-people // HOUSE)):
        held = min(people - house * HOUSE, HOUSE)
        yield "calendars", _calendars(growth, np.arange(house * HOUSE, house * HOUSE + held), seed)
        events = _house(growth, house, seed)
        first = np.where(events.who >= 0, events.who, HOUSE).min(axis=1)
        order = np.argsort(first, kind="stable")
        order = order[first[order] < held]
        yield from _rows(growth, events, order, first, held, house, event, seed)
        # Rows of the whole house are counted, so that a later house's events have the same numbers.
        event += len(first) + int((events.gone >= 0).sum())


def grown_tables(growth: Growth, people: int, seed: int) -> CalendarTables:
    """All rows at once."""
    parts: dict[str, list[pa.RecordBatch]] = {"calendars": [], "events": [], "attendances": []}
    for name, batch in grown(growth, people, seed):
        parts[name].append(batch)
    return CalendarTables(
        calendars=pa.Table.from_batches(parts["calendars"], schema_of(CALENDARS)),
        events=pa.Table.from_batches(parts["events"], schema_of(EVENTS)),
        attendances=pa.Table.from_batches(parts["attendances"], schema_of(ATTENDANCES)),
    )


def _house(growth: Growth, house: int, seed: int) -> _Events:
    bits = np.zeros((HOUSE, WEEKS * 7), dtype=np.uint64)
    shifts = _shifts(growth, house, seed)
    office = int(counted(working(WEEKS * 7)).sum())
    people = np.arange(HOUSE) + house * HOUSE
    wanted = loads(growth.load, people, seed) * office
    meetings = _meetings(growth, house, float(wanted.sum()) * growth.shared, seed)
    placed = [_placed(growth, meetings, bits, shifts, seed)]
    placed += _own(growth, bits, wanted, shifts, house, seed)
    placed.append(_whole_days(growth, house, seed))
    return _joined([one for one in placed if len(one.who)])


def loads(load: Weights, people: Places, seed: int) -> Weights:
    """How busy each is, as a share of office hours: of any number of people, as many each as there should be.

    The places of the golden ratio's multiples lie evenly, whoever is the last (Weyl 1916).
    """
    found: Weights = np.interp(
        (people * _GOLDEN + shares(seed, "load", np.zeros(1, np.int64))) % 1.0, _middles(len(load)), load
    )
    return found


_GOLDEN = 0.6180339887498949


def _middles(count: int) -> Weights:
    return (np.arange(count) + 0.5) / count


def _meetings(growth: Growth, house: int, slots: float, seed: int) -> _Events:
    """Meetings of two and more that together take so many half hours of people's time; not placed yet."""
    size = np.arange(len(growth.sizes)) + 2
    mean = float((growth.sizes * size).sum() / growth.sizes.sum())
    length = float((growth.lengths * (np.arange(len(growth.lengths)) + 1)).sum() / growth.lengths.sum())
    often = float((growth.patterns * OCCURRENCES).sum() / growth.patterns.sum())
    heeded = 1 - growth.statuses[STATUSES.index(CANCELLED)] / growth.statuses.sum()
    heeded *= (1 - growth.transparent) * (
        1 - growth.responses[RESPONSES.index("declined")] / growth.responses.sum()
    )
    many = int(slots / max(mean * length * often * heeded, 1e-9))
    at = np.arange(many)
    address = numbers(seed, "meeting", house, at)
    sizes = picked(growth.sizes, seed, "size", address) + 2
    near = shares(seed, "near", address)
    levels = np.where(
        near < growth.tight,
        TEAM,
        np.where(near < growth.tight + (1 - growth.tight) * growth.close, DEPARTMENT, HOUSE),
    )
    levels = np.where(sizes > levels, np.where(sizes > DEPARTMENT // 2, HOUSE, DEPARTMENT), levels)
    anchor = below(HOUSE, seed, "anchor", address)
    base = anchor // levels * levels
    step = below(levels // 2, seed, "stride", address) * 2 + 1
    each = np.arange(int(sizes.max(initial=2)))
    who = base[:, None] + (anchor[:, None] - base[:, None] + each[None, :] * step[:, None]) % levels[:, None]
    who = np.where(each[None, :] < sizes[:, None], who, -1)
    return _told(
        growth,
        who,
        picked(growth.lengths, seed, "length", address) + 1,
        _evenly(growth.patterns, at, shares(seed, "pattern", house)),
        address,
        seed,
    )


def _told(
    growth: Growth, who: Places, length: Places, pattern: Places, address: NDArray[np.uint64], seed: int
) -> _Events:
    many = len(who)
    status = picked(growth.statuses, seed, "status", address)
    response = picked(growth.responses, seed, "response", address[:, None], np.arange(who.shape[1])[None, :])
    often = np.asarray(OCCURRENCES)[pattern]
    gone = np.where(
        (pattern != ONCE) & (shares(seed, "gone", address) < growth.exceptions),
        below(np.maximum(often - 1, 1), seed, "which", address) + 1,
        -1,
    )
    return _Events(
        who=who,
        length=length,
        pattern=pattern,
        day=np.zeros(many, dtype=np.int64),
        slot=np.full(many, OPENS, dtype=np.int64),
        status=status,
        response=np.where(who >= 0, response, -1),
        free=shares(seed, "free", address) < growth.transparent,
        whole=np.zeros(many, dtype=bool),
        gone=gone,
        address=address,
    )


def _placed(growth: Growth, events: _Events, bits: Bits, shifts: Places, seed: int) -> _Events:
    """Put events where their people are free, the frequent and large ones first, as far as that can be."""
    large = (events.who >= 0).sum(axis=1)
    order = np.lexsort((-large, events.pattern == ONCE, -np.asarray(OCCURRENCES)[events.pattern]))
    for pattern in np.unique(events.pattern):
        mine = order[events.pattern[order] == pattern]
        for start in range(0, len(mine), _AT_ONCE):
            _place(growth, events, mine[start : start + _AT_ONCE], int(pattern), bits, shifts, seed)
    return events


def _place(
    growth: Growth, events: _Events, rows: Places, pattern: int, bits: Bits, shifts: Places, seed: int
) -> None:
    who, address = events.who[rows], events.address[rows]
    takes = (events.response[rows] != RESPONSES.index("declined")) & (who >= 0)
    takes &= ((events.status[rows] != STATUSES.index(CANCELLED)) & ~events.free[rows])[:, None]
    days, slot = _choices(growth.hours, address, pattern, events.length[rows], shifts[who[:, 0]], seed)
    masks = run(slot, slot + events.length[rows][:, None])
    # Rows × choices × people × occurrences: how many of the half hours are taken already.
    taken = bits[np.maximum(who, 0)[:, None, :, None], days[:, :, None, :]] & masks[:, :, None, None]
    conflicts = (counted(taken) * takes[:, None, :, None]).sum(axis=(2, 3))
    best = np.argmin(conflicts, axis=1)
    at = np.arange(len(rows))
    events.slot[rows], events.day[rows] = slot[at, best], days[at, best, 0]
    chosen = days[at, best]
    keeps = _keeps(events.gone[rows], chosen.shape[1])
    row, person, day = np.nonzero(takes[:, :, None] & keeps[:, None, :])
    np.bitwise_or.at(bits, (who[row, person], chosen[row, day]), masks[at, best][row])


def _keeps(gone: Places, often: int) -> NDArray[np.bool_]:
    made: NDArray[np.bool_] = np.arange(often)[None, :] != gone[:, None]
    return made


def _choices(
    hours: Weights, address: NDArray[np.uint64], pattern: int, length: Places, shift: Places, seed: int
) -> tuple[Places, Places]:
    """Some times at which each event might begin: all its days, and the half hour."""
    each = np.arange(_CHOICES)[None, :]
    place = picked(hours, seed, "hour", address[:, None], each)
    weekday, slot = place // 48, place % 48
    week = below(WEEKS, seed, "week", address[:, None], each)
    if pattern == DAILY:
        weekday = np.zeros_like(weekday)
    slot = np.clip(slot + shift[:, None], 0, 48 - length[:, None])
    return days_of(pattern, weekday, week), slot


def _own(growth: Growth, bits: Bits, wanted: Weights, shifts: Places, house: int, seed: int) -> list[_Events]:
    """What each does alone: as many series as there should be, then single events until all time is full."""
    own = _Own(growth, bits, wanted, shifts, house, seed, np.zeros((len(OCCURRENCES), HOUSE), np.int64))
    owed = own.owed()
    found = []
    for pattern in sorted(range(len(OCCURRENCES)), key=lambda one: -OCCURRENCES[one]):
        left = owed[pattern] if pattern != ONCE else HOUSE * _ROUNDS
        for round_ in range(_TURNS if pattern != ONCE else _ROUNDS):
            events = own.some(pattern, left, round_)
            if events is None:
                break
            found.append(events)
            left -= len(events.who)
    return found


@dataclass(frozen=True, slots=True)
class _Own:
    """The people of a house while they take up work of their own."""

    growth: Growth
    bits: Bits
    wanted: Weights
    shifts: Places
    house: int
    seed: int
    tried: Places
    """Per pattern and person: how often a place was sought, `_AGAIN` times for an event that found none."""

    def short(self) -> Weights:
        """How many half hours each has left."""
        left: Weights = self.wanted - counted(self.bits).sum(axis=1)
        return left

    def owed(self) -> Places:
        """How many events of each pattern fill the house's time."""
        growth = self.growth
        length = _mean(growth.own_lengths, np.arange(len(growth.own_lengths)) + 1)
        each = growth.own_slots or length * _mean(growth.own_patterns, np.asarray(OCCURRENCES))
        cancelled = growth.statuses[STATUSES.index(CANCELLED)] / growth.statuses.sum()
        heeded = (1 - cancelled) * (1 - growth.transparent)
        many = float(np.maximum(self.short(), 0).sum()) / max(each * heeded, 1e-9)
        parts = growth.own_patterns / growth.own_patterns.sum() * many
        chance = shares(self.seed, "owed", self.house, np.arange(len(parts)))
        whole: Places = np.floor(parts + chance).astype(np.int64)
        return whole

    def some(self, pattern: int, most: int, round_: int) -> _Events | None:
        """One more event of a pattern for at most so many people who have time for it; None for nobody.

        What is longer than the time that somebody has left is there as often as that time is long beside it.
        """
        short = self.short()
        people = np.flatnonzero(short >= 1)
        address = numbers(self.seed, "own", people + self.house * HOUSE, pattern, round_)
        which = numbers(
            self.seed, "own", people + self.house * HOUSE, pattern, self.tried[pattern, people] // _AGAIN
        )
        length = picked(self.growth.own_lengths, self.seed, "own length", which) + 1
        takes = OCCURRENCES[pattern] * length
        room = np.where(pattern == ONCE, shares(self.seed, "room", address) * takes, takes)
        at = np.flatnonzero(room <= short[people])
        at = at[np.argsort(address[at], kind="stable")][: max(most, 0)]
        if not len(at):
            return None
        at = np.sort(at)
        alike = np.full(len(at), pattern, dtype=np.int64)
        events = _told(self.growth, people[at][:, None], length[at], alike, address[at], self.seed)
        kept = _kept(self.growth, events, self.bits, self.shifts, self.seed)
        self.tried[pattern, people[at]] += 1
        placed = kept.who[:, 0]
        self.tried[pattern, placed] += _AGAIN - self.tried[pattern, placed] % _AGAIN
        return kept


def _mean(weights: Weights, values: NDArray[np.int64]) -> float:
    return float((weights * values).sum() / weights.sum())


def _kept(growth: Growth, events: _Events, bits: Bits, shifts: Places, seed: int) -> _Events:
    """Put each where its person is free; those for which there is no place are left out."""
    who = events.who[:, 0]
    kept = np.zeros(len(who), dtype=bool)
    takes = (events.status != STATUSES.index(CANCELLED)) & ~events.free
    events.response[:] = np.where(events.response == RESPONSES.index("declined"), 0, events.response)
    for pattern in np.unique(events.pattern):
        rows = np.flatnonzero(events.pattern == pattern)
        days, slot = _choices(
            growth.own_hours, events.address[rows], int(pattern), events.length[rows], shifts[who[rows]], seed
        )
        masks = run(slot, slot + events.length[rows][:, None])
        conflicts = counted(bits[who[rows][:, None, None], days] & masks[:, :, None]).sum(axis=2)
        best, at = np.argmin(conflicts, axis=1), np.arange(len(rows))
        fits = conflicts[at, best] == 0
        events.slot[rows], events.day[rows] = slot[at, best], days[at, best, 0]
        kept[rows] = fits
        row, day = np.nonzero((fits & takes[rows])[:, None] & _keeps(events.gone[rows], days.shape[2]))
        np.bitwise_or.at(bits, (who[rows][row], days[at, best][row, day]), masks[at, best][row])
    return _taken(events, np.flatnonzero(kept))


def _whole_days(growth: Growth, house: int, seed: int) -> _Events:
    """Holidays and birthdays: whole days that take nobody's time."""
    most = int(np.ceil(growth.whole_days)) if growth.whole_days > 0 else 0
    who, which = (part.ravel() for part in np.mgrid[0:HOUSE, 0:most])
    there = shares(seed, "whole", who + house * HOUSE, which) < growth.whole_days / max(most, 1)
    address = numbers(seed, "whole day", who[there] + house * HOUSE, which[there])
    one = np.ones(len(address), dtype=np.int64)
    events = _told(growth, who[there][:, None], one * 48, one * 0, address, seed)
    events.day[:] = below(WEEKS * 7, seed, "whole on", address)
    events.slot[:] = 0
    events.free[:], events.whole[:], events.response[:] = True, True, 0
    return events


_FIELDS = (
    "who",
    "length",
    "pattern",
    "day",
    "slot",
    "status",
    "response",
    "free",
    "whole",
    "gone",
    "address",
)


def _taken(events: _Events, rows: Places) -> _Events:
    return _Events(**{name: getattr(events, name)[rows] for name in _FIELDS})


def _joined(parts: list[_Events]) -> _Events:
    widest = max((one.who.shape[1] for one in parts), default=1)

    def whole(name: str) -> Any:
        found = [getattr(one, name) for one in parts]
        if name in ("who", "response"):
            found = [np.pad(one, ((0, 0), (0, widest - one.shape[1])), constant_values=-1) for one in found]
        return np.concatenate(found)

    if not parts:
        none = np.zeros(0, dtype=np.int64)
        nobody = np.zeros((0, 1), dtype=np.int64)
        return _Events(
            who=nobody, length=none, pattern=none, day=none, slot=none, status=none, response=nobody,
            free=none.astype(bool), whole=none.astype(bool), gone=none, address=none.astype(np.uint64),
        )  # fmt: skip
    return _Events(**{name: whole(name) for name in _FIELDS})


def _zones(growth: Growth, people: Places, seed: int) -> Places:
    """Which zone each lives in: that of their team, so that few people's zones are as mixed as many's."""
    return _evenly(growth.zone_weights, people // TEAM, shares(seed, "zone", 0))


def _evenly(weights: Weights, at: Places, first: Weights) -> Places:
    """Places in a list of weights, so that even a few in a row divide as the weights say: golden sections."""
    place = (at * 0.6180339887498949 + first) % 1.0
    sums = np.cumsum(weights)
    made: Places = np.minimum(np.searchsorted(sums, place * sums[-1], side="right"), len(sums) - 1).astype(
        np.int64
    )
    return made


def _main(growth: Growth) -> int:
    return int(np.argmax(growth.zone_weights))


def _shifts(growth: Growth, house: int, seed: int) -> Places:
    """How many half hours later each one's day begins by the clock of the zone where most live."""
    noon = np.array([growth.start + DAY // 2])
    clocks = np.array([int(by_clock(noon, zone)[0]) for zone in growth.zones])
    later = (clocks[_main(growth)] - clocks) // SLOT
    made: Places = later[_zones(growth, np.arange(HOUSE) + house * HOUSE, seed)]
    return made


def _calendars(growth: Growth, people: Places, seed: int) -> pa.RecordBatch:
    zones = array(growth.zones).take(array(_zones(growth, people, seed)))
    return pa.record_batch(
        [array(people + _FIRST_ID), naming.owners(people, seed), zones], schema=schema_of(CALENDARS)
    )


def _rows(
    growth: Growth,
    events: _Events,
    order: Places,
    first: Places,
    held: int,
    house: int,
    event: int,
    seed: int,
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The rows of the chosen events, each series followed by the row of what was taken out of it."""
    many = 1 + (events.gone[order] >= 0)
    rows = np.repeat(order, many)
    extra = np.concatenate([[False], rows[1:] == rows[:-1]]) if len(rows) else np.zeros(0, dtype=bool)
    numbered = event + np.arange(len(rows))
    ids = _FIRST_ID + numbered
    zone = growth.zones[_main(growth)]
    clock = growth.start + events.day[rows] * DAY + events.slot[rows] * SLOT
    skipped = _gone_days(events, rows)
    clock = np.where(extra, clock + skipped * DAY, clock)
    whole = events.whole[rows]
    starts = np.where(whole, clock, in_utc(clock, zone)) if len(clock) else clock
    ends = np.where(whole, starts + DAY, starts + events.length[rows] * SLOT)
    stamps = pa.timestamp("us", tz="UTC")
    organiser = first[rows] + house * HOUSE
    yield (
        "events",
        pa.record_batch(
            [
                array(ids),
                naming.uids(ids - extra, seed),
                array(organiser + _FIRST_ID),
                naming.titles(events.address[rows], (events.who[rows] >= 0).sum(axis=1), whole),
                array(starts).cast(stamps),
                array(ends).cast(stamps),
                array(np.full(len(rows), zone, dtype=object), pa.string(), mask=whole),
                array(whole),
                array(picked(growth.priorities, seed, "priority", events.address[rows])),
                array(STATUSES).take(array(np.where(extra, STATUSES.index(CANCELLED), events.status[rows]))),
                array(events.free[rows]),
                array(RULES, pa.string()).take(array(np.where(extra, 0, events.pattern[rows]))),
                array(starts, mask=~extra).cast(stamps),
            ],
            schema=schema_of(EVENTS),
        ),
    )
    yield "attendances", _attendances(growth, events, rows, ids, held, house, seed)


def _gone_days(events: _Events, rows: Places) -> Places:
    """How many days after the first occurrence the one that was taken out would have been."""
    which = np.maximum(events.gone[rows], 0)
    every = np.asarray([0, 0, 7, 14, 28])[events.pattern[rows]]
    made: Places = np.where(events.pattern[rows] == DAILY, which // 5 * 7 + which % 5, which * every)
    return made


def _attendances(
    growth: Growth, events: _Events, rows: Places, ids: Places, held: int, house: int, seed: int
) -> pa.RecordBatch:
    row, place = np.nonzero((events.who[rows] >= 0) & (events.who[rows] < held))
    who = events.who[rows][row, place]
    response = events.response[rows][row, place]
    organises = np.where(events.who[rows] >= 0, events.who[rows], HOUSE).min(axis=1)[row] == who
    response = np.where(organises, 0, response)
    order = np.lexsort((ids[row], who))
    row, place, who, response = row[order], place[order], who[order], response[order]
    required = shares(seed, "required", events.address[rows][row], place) < growth.required
    return pa.record_batch(
        [
            array(ids[row]),
            array(who + house * HOUSE + _FIRST_ID),
            array(RESPONSES).take(array(response)),
            array(required),
        ],
        schema=schema_of(ATTENDANCES),
    )
