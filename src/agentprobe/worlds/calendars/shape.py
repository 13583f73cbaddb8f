"""What some people's calendars are like, so that as many others can be grown that are as full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.calendars.busy import SLOT, WEEKS, Busy, busy, counted, working
from agentprobe.worlds.calendars.growing import Growth, grown_tables, loads
from agentprobe.worlds.calendars.measure import MeasuredCalendars, compare, searched
from agentprobe.worlds.calendars.occurrences import DAY, by_clock, times
from agentprobe.worlds.calendars.patterns import LARGEST, LONGEST, OCCURRENCES, PATTERNS, kind_of
from agentprobe.worlds.calendars.tables import (
    CANCELLED,
    RESPONSES,
    STATUSES,
    CalendarTables,
    Names,
    tables_of,
)
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.source import Reading
from agentprobe.worlds.untyped import pc

_PLACES = 32
_TIMED, _CALIBRATED = 512, 256
_QUERIES = 250
_ROUNDS = 3
_TIGHT = (0.0, 0.35, 0.7, 1.0)


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """A value and how often it was met."""

    value: str
    weight: float


class FreeSlots(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of search for a slot went; see `measure.Slots`."""

    attendees: int
    slots: int
    days: int
    colleagues: bool
    none: float
    free: float
    """The mean share of beginnings that are free."""


class CalendarShape(msgspec.Struct, frozen=True, kw_only=True):
    """How full calendars are, with what, and shared with whom."""

    people: int
    start: str
    """The Monday on which grown calendars begin."""
    zones: tuple[Weighed, ...]
    hours: tuple[float, ...]
    """How often a meeting of two and more begins in each half hour of the week, by its people's own clock."""
    own_hours: tuple[float, ...]
    """The same of what people do alone."""
    load: tuple[float, ...]
    """Quantiles of a person's busy time over all office hours."""
    shared: float
    """The share of busy time that is spent in meetings of two and more."""
    sizes: tuple[float, ...]
    """How often a meeting has 2, 3, … people."""
    lengths: tuple[float, ...]
    """How often a meeting takes 1, 2, … half hours."""
    own_lengths: tuple[float, ...]
    patterns: tuple[float, ...]
    """How often a meeting is one of `patterns.PATTERNS`: once, each working day, each week, …"""
    own_patterns: tuple[float, ...]
    priorities: tuple[float, ...]
    """How often each priority from 0 to 9."""
    statuses: tuple[Weighed, ...]
    responses: tuple[Weighed, ...]
    required: float
    transparent: float
    whole_days: float
    """Events of whole days per person and eight weeks."""
    exceptions: float
    """How many of the series have an occurrence that was taken out."""
    tight: float
    """The share of meetings within one team; found by growing calendars until slots are as hard to find."""
    close: float = 0.5
    """Of the other meetings, the share within one department."""
    own_slots: float = 0.0
    """How many half hours in all an event takes that somebody does alone, on average; 0 where it is not
    known."""
    off: float = 0.0
    """How far the no-slot rate of the grown ones was from the true one, at most."""
    curve: tuple[FreeSlots, ...] = ()


def profile(reading: Reading, schema: Schema, names: Names = Names()) -> CalendarShape:  # noqa: B008
    """Describe the calendars of a world; how hard a slot is to find is measured and grown for."""
    del schema
    return shape_of(tables_of(reading, names))


def shape_of(tables: CalendarTables) -> CalendarShape:
    """The same of tables at hand."""
    seen = busy(tables)
    met = searched(seen, queries=_QUERIES)
    facts = _Facts.of(tables, seen.zone, seen.first)
    later = _later(tables, seen)
    start = np.datetime64(seen.first // DAY, "D")
    shape = CalendarShape(
        people=len(seen.people),
        start=str(start),
        zones=_weighed(tables.calendars.column("time_zone")),
        hours=_shares(_by_hour(seen, later, meeting=True)),
        own_hours=_shares(_by_hour(seen, later, meeting=False)),
        load=_quantiles(counted(seen.bits).sum(axis=1) / counted(working(WEEKS * 7)).sum()),
        shared=round(met.shared, 4),
        sizes=facts.spectrum(facts.size - 2, LARGEST - 1, facts.meeting),
        lengths=facts.spectrum(facts.length - 1, LONGEST, facts.meeting),
        own_lengths=facts.spectrum(facts.length - 1, LONGEST, facts.alone),
        own_slots=_slots(facts),
        patterns=facts.spectrum(facts.pattern, len(PATTERNS), facts.meeting),
        own_patterns=facts.spectrum(facts.pattern, len(PATTERNS), facts.alone),
        priorities=facts.spectrum(facts.priority, 10, facts.timed),
        statuses=_weighed(
            tables.events.filter(pc.is_null(tables.events.column("recurrence_id"))).column("status"), STATUSES
        ),
        responses=_weighed(_invited(tables).column("response"), RESPONSES),
        required=_share(tables.attendances.column("required"), True),
        transparent=_share(tables.events.column("transparent"), False),
        whole_days=round(facts.whole_days / max(len(seen.people), 1), 4),
        exceptions=round(facts.exceptions, 4),
        tight=0.5,
        curve=_curve(met),
    )
    return calibrated(_timed(shape), met)


def _slots(facts: _Facts) -> float:
    """The mean of what events done alone take; 0 where there are none."""
    alone = facts.alone & (facts.length > 0) & (facts.length <= LONGEST)
    takes = facts.length[alone] * np.asarray(OCCURRENCES)[facts.pattern[alone]]
    return round(float(takes.mean()), 4) if len(takes) else 0.0


def _timed(shape: CalendarShape) -> CalendarShape:
    """Draw crowded hours more often, since events give way there, until people are as busy as in truth."""
    wanted = np.array(shape.hours), np.array(shape.own_hours)
    told = shape
    office = float(counted(working(WEEKS * 7)).sum())
    full = float(loads(np.asarray(shape.load), np.arange(_TIMED), 0).mean()) * office
    for _ in range(_ROUNDS):
        tables = grown_tables(growth_of(told), _TIMED, seed=0)
        seen = busy(tables)
        later = _later(tables, seen)
        better = []
        for meeting, aim, now in ((True, wanted[0], told.hours), (False, wanted[1], told.own_hours)):
            found = np.array(_shares(_by_hour(seen, later, meeting=meeting)))
            better.append(_shares(np.array(now) * np.clip((aim + 1e-5) / (found + 1e-5), 0.4, 2.5)))
        found_full = float(counted(seen.bits).sum(axis=1).mean())
        more = float(np.clip(full / max(found_full, 1e-3), 0.8, 1.25)) if full else 1.0
        load = tuple(np.round(np.array(told.load) * more, 4).tolist())
        told = msgspec.structs.replace(told, hours=better[0], own_hours=better[1], load=load)
    return told


def calibrated(shape: CalendarShape, met: MeasuredCalendars) -> CalendarShape:
    """Find how much people keep to their teams for slots to be as hard to find as was `met`."""
    people = int(np.clip(len(met.load), 16, _CALIBRATED))
    tried: list[tuple[float, float, float]] = []

    def off(tight: float, close: float) -> None:
        tables = grown_tables(
            growth_of(msgspec.structs.replace(shape, tight=tight, close=close)), people, seed=0
        )
        found = {one.name: one for one in compare(met, searched(busy(tables), queries=_QUERIES))}
        worst = found["no-slot rate, largest difference"].value
        tried.append((worst + found["free-slot EMD, largest"].value, tight, close))

    for tight in _TIGHT:
        off(tight, 0.5)
    best = min(tried)
    for step in (0.17, 0.08):
        for tight in (best[1] - step, best[1] + step):
            if 0 <= tight <= 1:
                off(round(tight, 4), best[2])
        best = min(tried)
    for close in (0.0, 1.0):
        off(best[1], close)
    best = min(tried)
    return msgspec.structs.replace(shape, tight=best[1], close=best[2], off=round(best[0] / 2, 4))


def growth_of(shape: CalendarShape) -> Growth:
    """What a shape says, as arrays to grow from."""

    def weights(values: Sequence[float]) -> NDArray[np.float64]:
        found = np.asarray(values, dtype=np.float64)
        return found if found.sum() > 0 else np.ones(len(found))

    return Growth(
        start=int(np.datetime64(shape.start, "D").astype(np.int64)) * DAY,
        zones=tuple(one.value for one in shape.zones) or ("UTC",),
        zone_weights=weights([one.weight for one in shape.zones] or [1.0]),
        hours=weights(shape.hours),
        own_hours=weights(shape.own_hours),
        load=np.asarray(shape.load),
        shared=shape.shared,
        sizes=weights(shape.sizes),
        lengths=weights(shape.lengths),
        own_lengths=weights(shape.own_lengths),
        own_slots=shape.own_slots,
        patterns=weights(shape.patterns),
        own_patterns=weights(shape.own_patterns),
        priorities=weights(shape.priorities),
        statuses=_in_order(shape.statuses, STATUSES),
        responses=_in_order(shape.responses, RESPONSES),
        required=shape.required,
        transparent=shape.transparent,
        whole_days=shape.whole_days,
        exceptions=shape.exceptions,
        tight=shape.tight,
        close=shape.close,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is counted of each event."""

    size: NDArray[np.int64]
    length: NDArray[np.int64]
    pattern: NDArray[np.int64]
    priority: NDArray[np.int64]
    timed: NDArray[np.bool_]
    whole_days: int
    exceptions: float

    @property
    def meeting(self) -> NDArray[np.bool_]:
        return self.timed & (self.size > 1)

    @property
    def alone(self) -> NDArray[np.bool_]:
        return self.timed & (self.size < 2)

    @classmethod
    def of(cls, tables: CalendarTables, zone: str, first: int) -> _Facts:
        events = tables.events
        starts, ends = times(events.column("starts")), times(events.column("ends"))
        counts: Any = tables.attendances.column("event_id").value_counts()
        known = dict(zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True))
        size = np.array(
            [known.get(event, 1) for event in events.column("event_id").to_pylist()], dtype=np.int64
        )
        rules = events.column("rule").to_pylist()
        weekday = (by_clock(starts, zone) // DAY + 3) % 7
        pattern = np.array(
            [kind_of(rule, int(day)) for rule, day in zip(rules, weekday, strict=True)], np.int64
        )
        whole = np.asarray(pc.fill_null(events.column("all_day"), False).combine_chunks())
        master = np.asarray(pc.is_null(events.column("recurrence_id")).combine_chunks())
        ruled = int(sum(rule is not None for rule in rules))
        within = (starts >= first) & (starts < first + WEEKS * 7 * DAY)
        gone = np.asarray(pc.fill_null(pc.equal(events.column("status"), CANCELLED), False).combine_chunks())
        return cls(
            size=np.minimum(size, LARGEST),
            length=np.clip(-((starts - ends) // SLOT), 1, LONGEST),
            pattern=pattern,
            priority=np.clip(np.asarray(pc.fill_null(events.column("priority"), 0).combine_chunks()), 0, 9),
            timed=~whole & master & ~gone & ((pattern > 0) | within),
            whole_days=int((whole & within).sum()),
            exceptions=float((~master & gone).sum()) / max(ruled, 1),
        )

    def spectrum(self, values: NDArray[np.int64], count: int, held: NDArray[np.bool_]) -> tuple[float, ...]:
        many = np.bincount(np.clip(values[held], 0, count - 1), minlength=count)
        return tuple(np.round(many / max(many.sum(), 1), 5).tolist())


def _later(tables: CalendarTables, seen: Busy) -> NDArray[np.int64]:
    """How many half hours later each one's day begins by the clock of the zone where most live."""
    known = dict(
        zip(
            *(tables.calendars.column(name).to_pylist() for name in ("calendar_id", "time_zone")), strict=True
        )
    )
    noon = np.array([seen.first + DAY // 2])
    clocks = {zone: int(by_clock(noon, zone)[0]) for zone in {zone for zone in known.values() if zone}}
    main = clocks.get(seen.zone, seen.first + DAY // 2)
    return np.array(
        [(main - clocks[known[person]]) // SLOT for person in seen.people.tolist()], dtype=np.int64
    )


def _by_hour(seen: Busy, later: NDArray[np.int64], *, meeting: bool) -> NDArray[np.float64]:
    """In which half hours of the week events begin, by each one's own clock."""
    who, slots, meetings = seen.begins
    held = meetings == meeting
    mine = (slots[held] - later[who[held]]) % (7 * 48)
    return np.bincount(mine, minlength=7 * 48).astype(np.float64)


def _shares(many: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(np.round(many / max(many.sum(), 1.0), 6).tolist())


def _invited(tables: CalendarTables) -> pa.Table:
    """The attendances of those whom somebody else asked; who asks takes part. All, where nobody says who."""
    organisers = tables.events.select(["event_id", "organiser"])
    joined = tables.attendances.join(organisers, "event_id")
    others = pc.fill_null(pc.not_equal(joined.column("calendar_id"), joined.column("organiser")), False)
    found: pa.Table = joined.filter(others)
    return found if found.num_rows else tables.attendances


def _weighed(column: pa.ChunkedArray[Any], allowed: Sequence[str] = ()) -> tuple[Weighed, ...]:
    """The words of a column; where they are not among those that may be there, nothing is told of them."""
    counts: Any = column.drop_null().value_counts()
    pairs = [(str(one["values"]), int(one["counts"])) for one in counts.to_pylist()]
    total = max(sum(count for _, count in pairs), 1)
    held = [(value, count) for value, count in pairs if not allowed or value in allowed]
    return tuple(Weighed(value=value, weight=round(count / total, 5)) for value, count in sorted(held))


def _in_order(found: tuple[Weighed, ...], words: Sequence[str]) -> NDArray[np.float64]:
    known = {one.value: one.weight for one in found}
    weights = np.array([known.get(word, 0.0) for word in words])
    return weights if weights.sum() > 0 else np.eye(len(words))[0]


def _share(column: pa.ChunkedArray[Any], missing: bool) -> float:
    mean: Any = pc.mean(pc.fill_null(column, missing).cast(pa.int8()))
    return round(float(mean.as_py() or 0.0), 4)


def _quantiles(values: NDArray[np.float64]) -> tuple[float, ...]:
    if not len(values):
        return (0.3,)
    return tuple(np.round(np.quantile(values, (np.arange(_PLACES) + 0.5) / _PLACES), 4).tolist())


def _curve(met: MeasuredCalendars) -> tuple[FreeSlots, ...]:
    return tuple(
        FreeSlots(
            attendees=one.attendees,
            slots=one.slots,
            days=one.days,
            colleagues=one.colleagues,
            none=round(one.none, 4),
            free=round(float(one.free.mean()), 4),
        )
        for one in met.slots
    )
