"""Calendars in production's shape: searched, grown, replaced, compared."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from tests.worlds.held import Held

from agentprobe.worlds.calendars.busy import WEEKS, busy, counted, working
from agentprobe.worlds.calendars.grow import grow
from agentprobe.worlds.calendars.growing import Growth, grown_tables
from agentprobe.worlds.calendars.measure import (
    QUERIES,
    MeasuredCalendars,
    compare,
    free,
    measured,
    measured_tables,
)
from agentprobe.worlds.calendars.occurrences import DAY
from agentprobe.worlds.calendars.sanitise import sanitised
from agentprobe.worlds.calendars.shape import CalendarShape, profile
from agentprobe.worlds.calendars.tables import SCHEMA, CalendarTables, holds_calendars
from agentprobe.worlds.keys import Key

HOURS = np.zeros((7, 48))
HOURS[:5, 18:34] = 1.0
HOURS[:5, 20:24] = 2.0
TEAMS = Growth(
    start=int(np.datetime64("2026-03-02").astype(np.int64)) * DAY,
    zones=("Europe/Berlin",),
    zone_weights=np.ones(1),
    hours=HOURS.ravel(),
    own_hours=np.ravel(HOURS > 0).astype(np.float64),
    load=np.linspace(0.3, 0.8, 16),
    shared=0.5,
    sizes=np.array([4.0, 2, 1, 1, 0.5]),
    lengths=np.array([3.0, 5, 1, 1]),
    own_lengths=np.array([2.0, 3, 2, 1]),
    patterns=np.array([5, 0.2, 3, 1, 0.5]),
    own_patterns=np.array([6.0, 0.1, 1, 0, 0]),
    priorities=np.array([5.0, 1, 0, 0, 0, 3, 0, 0, 0, 1]),
    statuses=np.array([0.85, 0.1, 0.05]),
    responses=np.array([0.7, 0.1, 0.08, 0.12]),
    required=0.85,
    transparent=0.05,
    whole_days=0.8,
    exceptions=0.2,
    tight=0.9,
    close=0.5,
)


@cache
def tables() -> CalendarTables:
    return grown_tables(TEAMS, 300, seed=3)


@cache
def seen() -> MeasuredCalendars:
    return measured_tables(tables())


def held(found: CalendarTables) -> Held:
    return Held(
        SCHEMA, {"calendars": found.calendars, "events": found.events, "attendances": found.attendances}
    )


@cache
def shape() -> CalendarShape:
    return profile(held(tables()), SCHEMA)


def none_free(found: MeasuredCalendars, attendees: int, slots: int, days: int) -> float:
    return next(
        one.none
        for one in found.slots
        if (one.attendees, one.slots, one.days, one.colleagues) == (attendees, slots, days, True)
    )


def test_free_slots_are_those_that_counting_by_hand_finds() -> None:
    seen_ = busy(tables())
    hours = working(WEEKS * 7)
    taken = seen_.bits[0] | seen_.bits[1]
    begins = free(taken, hours, 3)
    for day in range(10):
        by_hand = [
            slot
            for slot in range(18, 32)
            if day % 7 < 5 and not any(int(taken[day]) >> (slot + one) & 1 for one in range(3))
        ]
        assert [slot for slot in range(64) if int(begins[day]) >> slot & 1] == by_hand
    assert counted(hours).sum() == 40 * 16


def test_declined_cancelled_and_transparent_events_take_nobodys_time() -> None:
    before = int(counted(busy(tables()).bits).sum())
    for table, column, value in (
        ("attendances", "response", "declined"),
        ("events", "status", "cancelled"),
        ("events", "transparent", True),
    ):
        whole: pa.Table = getattr(tables(), table)
        told: Any = [value] * whole.num_rows
        changed = whole.set_column(whole.schema.names.index(column), column, [told])
        assert int(counted(busy(replace(tables(), **{table: changed})).bits).sum()) == 0 < before


def test_shared_meetings_leave_more_slots_than_as_many_of_ones_own() -> None:
    together = replace(TEAMS, sizes=np.eye(7)[6], tight=1.0, shared=0.7)
    met = measured_tables(grown_tables(together, 240, seed=3))
    alone = measured_tables(grown_tables(replace(TEAMS, shared=0.0), 240, seed=3))
    assert alone.load.mean() == pytest.approx(met.load.mean(), abs=0.08)
    assert none_free(met, 4, 2, 5) < none_free(alone, 4, 2, 5) / 2


def test_people_are_as_busy_as_asked_and_meet_as_often() -> None:
    assert seen().load.mean() == pytest.approx(0.55, abs=0.08)
    assert seen().shared == pytest.approx(0.5, abs=0.07)


def test_fewer_people_have_the_beginning_of_more_peoples_calendars_and_the_same_load() -> None:
    few = grown_tables(TEAMS, 10, seed=3)
    for name in ("calendars", "events", "attendances"):
        small, large = getattr(few, name), getattr(tables(), name)
        assert small.num_rows > 0
        assert small.equals(large.slice(0, small.num_rows))
    assert np.array_equal(counted(busy(few).bits).sum(axis=1), counted(busy(tables()).bits[:10]).sum(axis=1))
    assert not grown_tables(TEAMS, 10, seed=4).events.equals(few.events)


def test_houses_beyond_the_first_leave_it_as_it_is() -> None:
    large = grown_tables(TEAMS, 520, seed=3)
    assert tables().events.equals(large.events.slice(0, tables().events.num_rows))
    assert len(set(large.events.column("event_id").to_pylist())) == large.events.num_rows


def test_every_reference_finds_its_row() -> None:
    calendars = set(tables().calendars.column("calendar_id").to_pylist())
    events = set(tables().events.column("event_id").to_pylist())
    assert set(tables().events.column("organiser").to_pylist()) <= calendars
    assert set(tables().attendances.column("calendar_id").to_pylist()) <= calendars
    assert set(tables().attendances.column("event_id").to_pylist()) == events


def test_slots_are_as_hard_to_find_in_what_is_grown_from_a_profile() -> None:
    grown: dict[str, list[pa.RecordBatch]] = {"calendars": [], "events": [], "attendances": []}
    for name, batch in grow(shape(), 300, seed=11):
        grown[name].append(batch)
    world = held(CalendarTables(**{name: pa.Table.from_batches(parts) for name, parts in grown.items()}))
    found = {one.name: one for one in compare(seen(), measured(world))}
    assert found["no-slot rate, mean difference"].holds
    assert found["free-slot EMD, largest"].holds
    assert found["occupancy by half hour of the week, mean difference"].holds
    assert found["share of time in meetings"].holds


def test_what_is_grown_from_a_profile_has_as_many_events_and_series() -> None:
    grown = dict.fromkeys(("events", "series"), 0)
    for name, batch in grow(shape(), 300, seed=11):
        if name == "events":
            grown["events"] += batch.num_rows
            grown["series"] += batch.num_rows - batch.column("rule").null_count
    rules = tables().events.column("rule")
    assert grown["events"] == pytest.approx(len(rules), rel=0.15)
    assert grown["series"] == pytest.approx(len(rules) - rules.null_count, rel=0.15)


def test_an_occurrence_taken_out_makes_no_meeting_a_cancelled_one() -> None:
    cancelled = {one.value: one.weight for one in shape().statuses}["cancelled"]
    assert cancelled == pytest.approx(0.05, abs=0.015)


def test_empty_calendars_are_told_apart() -> None:
    nothing = replace(TEAMS, load=np.array([0.02]))
    found = compare(seen(), measured_tables(grown_tables(nothing, 200, seed=3)))
    assert found[0].holds is False


def test_a_shape_survives_json_and_names_nobody() -> None:
    told = msgspec.json.encode(shape())
    assert msgspec.json.decode(told, type=CalendarShape) == shape()
    assert b"@" not in told
    assert not any(str(title).encode() in told for title in set(tables().events.column("title").to_pylist()))


def upper(found: pa.Array[Any]) -> pa.Array[Any]:
    return pa.array([None if text is None else text.upper() for text in found.to_pylist()], pa.string())


def test_replaced_calendars_keep_every_conflict_and_tell_no_owner() -> None:
    image = sanitised(tables(), Key(b"k" * 32), upper)
    asked = [measured_tables(told, queries=4 * QUERIES) for told in (tables(), image)]
    assert [one.value for one in compare(*asked)[:2]] == pytest.approx([0, 0], abs=0.04)
    before, after = busy(tables()), busy(image)
    assert sorted(counted(before.bits).sum(axis=1).tolist()) == sorted(
        counted(after.bits).sum(axis=1).tolist()
    )
    for name in ("calendar_id", "owner"):
        known = set(tables().calendars.column(name).to_pylist())
        assert len(known & set(image.calendars.column(name).to_pylist())) <= len(known) * 0.02
    assert set(image.events.column("title").to_pylist()) == {
        str(title).upper() for title in tables().events.column("title").to_pylist()
    }
    assert image.events.equals(sanitised(tables(), Key(b"k" * 32), upper).events)
    assert not image.events.equals(sanitised(tables(), Key(b"x" * 32), upper).events)


def test_calendars_are_known_by_their_columns() -> None:
    assert holds_calendars(SCHEMA)
    assert not holds_calendars(msgspec.structs.replace(SCHEMA, tables=SCHEMA.tables[:2]))
