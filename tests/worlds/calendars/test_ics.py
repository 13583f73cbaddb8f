from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import recurring_ical_events
from icalendar import Calendar

from agentprobe.worlds.calendars.ics import read_ics, write_ics
from agentprobe.worlds.calendars.occurrences import occurrences
from agentprobe.worlds.calendars.tables import CalendarTables

ANNA = r"""BEGIN:VCALENDAR
VERSION:2.0
X-WR-CALNAME:anna@example.com
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VEVENT
UID:weekly
DTSTART;TZID=Europe/Berlin:20260316T090000
DTEND;TZID=Europe/Berlin:20260316T100000
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=Europe/Berlin:20260323T090000
SUMMARY:Budget\, review\; part one
PRIORITY:1
ORGANIZER:mailto:anna@example.com
ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.com
ATTENDEE;PARTSTAT=DECLINED;ROLE=OPT-PARTICIPANT:mailto:ben@example.com
ATTENDEE;PARTSTAT=TENTATIVE:mailto:guest@example.org
END:VEVENT
BEGIN:VEVENT
UID:weekly
RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000
DTSTART;TZID=Europe/Berlin:20260330T150000
DURATION:PT30M
SUMMARY:Budget review\, moved
ORGANIZER:mailto:anna@example.com
END:VEVENT
BEGIN:VEVENT
UID:holiday
DTSTART;VALUE=DATE:20260320
DTEND;VALUE=DATE:20260321
SUMMARY:Holiday
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:floating
DTSTART:20260318T120000
DTEND:20260318T123000
STATUS:CANCELLED
SUMMARY:Lunch
END:VEVENT
BEGIN:VEVENT
UID:broken
DTSTART:yesterday
SUMMARY:Nobody knows
END:VEVENT
END:VCALENDAR
"""
BEN = ANNA.replace("anna@example.com\nX", "ben@example.com\nX", 1).split("BEGIN:VEVENT\nUID:weekly\nRECU")[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "anna.ics").write_text(ANNA)
    (tmp_path / "ben.ics").write_text(BEN + "END:VCALENDAR\n")
    return tmp_path


def rows(tables: CalendarTables) -> dict[tuple[str, datetime | None], dict[str, Any]]:
    return {(row["uid"], row["recurrence_id"]): row for row in tables.events.to_pylist()}


def test_an_event_of_two_calendars_is_one_event_with_both(folder: Path) -> None:
    found = read_ics(list(folder.glob("*.ics"))).tables
    events = rows(found)
    assert sum(uid == "weekly" for uid, _ in events) == 3
    weekly = events["weekly", None]
    assert weekly["title"] == "Budget, review; part one"
    assert weekly["starts"] == datetime(2026, 3, 16, 8, tzinfo=UTC)
    assert (weekly["priority"], weekly["time_zone"], weekly["rule"]) == (
        1,
        "Europe/Berlin",
        "FREQ=WEEKLY;COUNT=4",
    )
    owners = {row["calendar_id"]: row for row in found.calendars.to_pylist()}
    who = {
        owners[row["calendar_id"]]["owner"]: (row["response"], row["required"])
        for row in found.attendances.to_pylist()
        if row["event_id"] == weekly["event_id"]
    }
    assert who["ben@example.com"] == ("declined", False)
    assert who["guest@example.org"] == ("tentative", True)
    assert {row["owner"] for row in owners.values() if row["time_zone"] is None} == {"guest@example.org"}


def test_what_was_taken_out_or_moved_is_a_row_of_its_own(folder: Path) -> None:
    events = rows(read_ics([folder / "anna.ics"]).tables)
    gone = events["weekly", datetime(2026, 3, 23, 8, tzinfo=UTC)]
    moved = events["weekly", datetime(2026, 3, 30, 7, tzinfo=UTC)]
    assert gone["status"] == "cancelled"
    assert moved["starts"] == datetime(2026, 3, 30, 13, tzinfo=UTC)
    assert (moved["ends"] - moved["starts"]).seconds == 1800
    assert events["holiday", None]["all_day"]
    assert events["holiday", None]["time_zone"] is None
    assert events["floating", None]["starts"] == datetime(2026, 3, 18, 12, tzinfo=UTC)


def test_a_broken_event_is_told_with_its_line_and_takes_no_other_with_it(folder: Path) -> None:
    (folder / "no.ics").write_text("hello")
    (folder / "cut.ics").write_text(ANNA[: ANNA.index("SUMMARY:Lunch")])
    found = read_ics(sorted(folder.glob("*.ics")))
    told = {(problem.path.name, problem.line) for problem in found.problems}
    line = ANNA.split("\n").index("UID:broken")
    assert ("anna.ics", line) in told
    assert ("no.ics", 1) in told
    assert ("cut.ics", ANNA.split("\n").index("UID:floating")) in told
    assert all("Nobody" not in problem.why for problem in found.problems)
    assert ("holiday", None) in rows(found.tables)


def test_series_keep_their_hour_when_summer_time_begins(folder: Path) -> None:
    tables = read_ics([folder / "anna.ics"]).tables
    first, last = (int(datetime(2026, 3, day, tzinfo=UTC).timestamp() * 1e6) for day in (1, 31))
    found = occurrences(tables.events, first, last + 14 * 86_400_000_000)
    uids = tables.events.column("uid").to_pylist()
    starts = sorted(
        datetime.fromtimestamp(start / 1e6, UTC)
        for row, start in zip(found.rows.tolist(), found.starts.tolist(), strict=True)
        if uids[row] == "weekly" and tables.events.column("status").to_pylist()[row] != "cancelled"
    )
    assert [start.strftime("%d %H") for start in starts] == ["16 08", "30 13", "06 07"]


def test_what_is_written_is_read_again_as_it_was(folder: Path) -> None:
    before = read_ics([folder / "anna.ics", folder / "ben.ics"]).tables
    written = write_ics(before, folder / "out")
    assert [path.name for path in written] == [
        "anna@example.com.ics".replace("@", "%40"),
        "ben%40example.com.ics",
    ]
    assert stat.S_IMODE(written[0].stat().st_mode) == 0o600
    after = read_ics(written)
    assert after.problems == ()
    assert rows(after.tables).keys() == rows(before).keys()
    for key, row in rows(before).items():
        other = rows(after.tables)[key]
        assert {name: row[name] for name in row if not name.endswith(("_id", "organiser"))} == {
            name: other[name] for name in other if not name.endswith(("_id", "organiser"))
        }
    assert write_ics(before, folder / "again")[0].read_bytes() == written[0].read_bytes()


def test_others_read_the_same_occurrences_from_what_is_written(folder: Path) -> None:
    written = write_ics(read_ics([folder / "anna.ics"]).tables, folder / "out")
    calendar = Calendar.from_ical(written[0].read_bytes())
    found = recurring_ical_events.of(calendar).between((2026, 3, 1), (2026, 4, 30))
    starts = sorted(str(event["DTSTART"].dt) for event in found if event["UID"] == "weekly")
    assert starts == ["2026-03-16 09:00:00+01:00", "2026-03-30 15:00:00+02:00", "2026-04-06 09:00:00+02:00"]


@pytest.mark.parametrize("title", ["a\r\nATTENDEE:mailto:evil", "x" * 300, "ü" * 100, "a;b,c\\d\nend"])
def test_a_title_cannot_become_a_line_of_its_own(folder: Path, title: str) -> None:
    tables = read_ics([folder / "anna.ics"]).tables
    names = tables.events.schema.names
    told: Any = [title] * tables.events.num_rows
    events = tables.events.set_column(names.index("title"), "title", [told])
    path = write_ics(
        CalendarTables(calendars=tables.calendars, events=events, attendances=tables.attendances),
        folder / "t",
    )[0]
    assert all(len(line) <= 75 for line in path.read_bytes().split(b"\r\n"))
    again = read_ics([path]).tables.events.column("title").to_pylist()
    assert set(again) == {title.replace("\r\n", "\n")}


def test_an_owner_cannot_name_a_file_elsewhere(folder: Path) -> None:
    tables = read_ics([folder / "anna.ics"]).tables
    owners: Any = ["../../evil", *tables.calendars.column("owner").to_pylist()[1:]]
    calendars = tables.calendars.set_column(1, "owner", [owners])
    told = CalendarTables(calendars=calendars, events=tables.events, attendances=tables.attendances)
    assert all(path.parent == folder / "out" for path in write_ics(told, folder / "out"))
