"""The ambiguities of calendars: priorities, zones, and what was declined."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.worlds.ambiguity.conftest import Town


def meetings(town: Town, name: str) -> list[dict[str, Any]]:
    """The meetings to which the owner was asked, with the owner's response."""
    calendar = town.planted[name].keys["calendars"][0]
    said = {
        row["event_id"]: row["response"]
        for row in town.tables["attendances"]
        if row["calendar_id"] == calendar
    }
    return [
        {**row, "response": said[row["event_id"]]} for row in town.tables["events"] if row["event_id"] in said
    ]


def test_the_meeting_of_the_highest_priority_stays(at: Town) -> None:
    all_ = meetings(at, "conflicted_slots")
    best = min(all_, key=lambda row: int(row["priority"]))
    assert len(all_) == 4
    assert max(row["starts"] for row in all_) < min(row["ends"] for row in all_)
    for row in all_:
        assert at.passes("conflicted_slots-keep", row["title"]) == (row is best)


def test_a_question_names_an_owner_who_is_there_once(at: Town) -> None:
    for name in ("conflicted_slots", "declined_meeting", "time_zone_trap"):
        owner = at.planted[name].facts["owner"]
        ours = at.planted[name].keys["calendars"][0]
        assert ours in {row["calendar_id"] for row in at.tables["calendars"] if row["owner"] == owner}


def test_the_day_in_utc_is_not_the_day_on_the_owners_clock(at: Town) -> None:
    planted = at.planted["time_zone_trap"]
    (row,) = at.rows("events", lambda row: row["event_id"] == planted.keys["events"][0])
    (home,) = at.rows("calendars", lambda row: row["calendar_id"] == planted.keys["calendars"][0])
    starts = row["starts"].astimezone(UTC)
    local = starts.astimezone(ZoneInfo(home["time_zone"]))
    assert local.date() != starts.date()
    task = "time_zone_trap-day-and-hour"
    assert at.passes(task, f"{local:%Y-%m-%d %H:%M}")
    assert at.passes(task, f"On {local.day} {local:%B} {local.year} at {local:%H:%M}.")
    assert not at.passes(task, f"{starts:%Y-%m-%d %H:%M}")
    assert not at.passes(task, f"{local + timedelta(hours=1):%Y-%m-%d %H:%M}")


def test_a_declined_meeting_leaves_its_hour_free(at: Town) -> None:
    all_ = meetings(at, "declined_meeting")
    busy = {row["starts"].hour for row in all_ if row["response"] != "declined"}
    booked = {row["starts"].hour for row in all_}
    careful = min(set(range(9, 18)) - busy)
    careless = min(set(range(9, 18)) - booked)
    assert at.passes("declined_meeting-first-free-hour", f"{careful:02}:00")
    assert not at.passes("declined_meeting-first-free-hour", f"{careless:02}:00")
