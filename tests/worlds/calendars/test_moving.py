"""A snapshot moves calendars whole: series end as late, and leave out the same meetings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from agentprobe.worlds.calendars.ics import read_ics
from agentprobe.worlds.calendars.occurrences import DAY, occurrences
from agentprobe.worlds.calendars.tables import SCHEMA, CalendarTables
from agentprobe.worlds.keys import Key
from agentprobe.worlds.sanitise.setting import ALL_TOGETHER, Setting
from agentprobe.worlds.sanitise.treatments import Treatments

BERLIN = ZoneInfo("Europe/Berlin")
ICS = """BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:anna@example.com
X-WR-TIMEZONE:Europe/Berlin
{events}END:VCALENDAR
"""
EVENT = """BEGIN:VEVENT
UID:{uid}
DTSTART;TZID=Europe/Berlin:{day}T090000
DTEND;TZID=Europe/Berlin:{day}T100000
SUMMARY:Budget
{more}END:VEVENT
"""
SERIES = EVENT.format(
    uid="weekly",
    day="20260202",
    more="RRULE:FREQ=WEEKLY;UNTIL=20260504T070000Z\nEXDATE;TZID=Europe/Berlin:20260216T090000,20260413T090000\n",
)
MONTHLY = EVENT.format(uid="monthly", day="20260210", more="RRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=3\n")
SINGLE = "".join(
    EVENT.format(uid=f"one{month}", day=f"2025{month:02d}01", more="") for month in range(1, 13)
) + "".join(EVENT.format(uid=f"more{day}", day=f"202601{day:02d}", more="") for day in range(1, 21))


def read(path: Path, events: str) -> CalendarTables:
    path.write_text(ICS.format(events=events))
    return read_ics([path]).tables


def moved(tables: CalendarTables, key: bytes) -> pa.Table:
    """The events as a snapshot with this key has them."""
    setting = Setting(schema=SCHEMA, as_of="2026-05-10", entities=dict.fromkeys(SCHEMA.names, ALL_TOGETHER))
    treatments = Treatments(setting)
    held = {"calendars": tables.calendars, "events": tables.events, "attendances": tables.attendances}
    batches = [(SCHEMA.table(name), batch) for name, told in held.items() for batch in told.to_batches()]
    for table, batch in batches:
        treatments.learn(table, batch)
    treatments.settle(Key(key * 32))
    table, batch = next(pair for pair in batches if pair[0].name == "events")
    return pa.table({one.name: treatments.map(table, one, batch) for one in table.columns})


def meetings(events: pa.Table) -> list[datetime]:
    """When meetings begin, by the clock in Berlin."""
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (2024, 2028))
    gone = {row for row, status in enumerate(events.column("status").to_pylist()) if status == "cancelled"}
    found = occurrences(events, first, last + DAY)
    pairs = zip(found.rows.tolist(), found.starts.tolist(), strict=True)
    return sorted(datetime.fromtimestamp(at / 1_000_000, BERLIN) for row, at in pairs if row not in gone)


@pytest.fixture
def keys() -> Iterator[bytes]:
    return iter([b"a", b"b", b"c", b"d", b"e", b"f"])


def test_a_series_keeps_its_hour_its_end_and_its_gaps(tmp_path: Path, keys: Iterator[bytes]) -> None:
    tables = read(tmp_path / "anna.ics", SERIES + SINGLE)
    before = meetings(tables.events)
    assert len(before) == 14 - 2 + 32
    offsets = set()
    for key in keys:
        after = meetings(moved(tables, key))
        assert len(after) == len(before)
        steps = {
            new.replace(tzinfo=None) - old.replace(tzinfo=None)
            for new, old in zip(after, before, strict=True)
        }
        (step,) = steps
        assert step.seconds == 0
        assert step.days % 7 == 0
        offsets.add(step.days)
    assert min(offsets) <= -21, "the gap of 13 April must come before the clocks change, on 29 March"


def test_the_second_tuesday_of_a_month_becomes_the_one_that_the_series_begins_on(
    tmp_path: Path, keys: Iterator[bytes]
) -> None:
    tables = read(tmp_path / "anna.ics", MONTHLY + SINGLE)
    for key in keys:
        events = moved(tables, key)
        start = next(row["starts"] for row in events.to_pylist() if row["rule"])
        assert start.astimezone(BERLIN) in meetings(events)
        assert len(meetings(events)) == 3 + 32


def test_a_rare_zone_becomes_a_large_one_with_the_same_clocks(tmp_path: Path) -> None:
    tables = read(tmp_path / "anna.ics", SINGLE.replace("Europe/Berlin:20250101", "Europe/Vaduz:20250101"))
    assert "Europe/Vaduz" in tables.events.column("time_zone").to_pylist()
    assert set(moved(tables, b"a").column("time_zone").to_pylist()) == {"Europe/Berlin"}


def test_a_rule_that_is_none_is_not_kept(tmp_path: Path) -> None:
    tables = read(tmp_path / "anna.ics", SERIES + SINGLE)
    rules = ["call Anna" if rule else None for rule in tables.events.column("rule").to_pylist()]
    place = tables.events.column_names.index("rule")
    odd = CalendarTables(
        calendars=tables.calendars,
        events=tables.events.set_column(place, "rule", pa.array(rules, pa.string())),
        attendances=tables.attendances,
    )
    assert set(moved(odd, b"a").column("rule").to_pylist()) == {None}
