"""Calendars in .ics are read as the tables that stand for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.errors import ConfigError
from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.sources import open_source

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//
BEGIN:VEVENT
UID:u1
DTSTAMP:20240101T000000Z
DTSTART:20240102T090000Z
DTEND:20240102T100000Z
SUMMARY:Review
ORGANIZER:mailto:anna@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_a_folder_of_calendars_becomes_tables(tmp_path: Path) -> None:
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna" / "u1.ics").write_text(ICS, newline="")
    source = open_source(str(tmp_path))
    assert source.name == "calendar"
    with source.reading() as reading:
        assert {"calendars", "events", "attendances"} <= set(reading.schema.names)
        batch = next(reading.batches("events"))
        assert batch.schema.equals(schema_of(reading.schema.table("events")))
        assert [row["title"] for row in batch.to_pylist()] == ["Review"]
        assert (reading.rows("attendances") or 0) >= 1


def test_the_folders_of_a_caldav_server_are_calendars(tmp_path: Path) -> None:
    for owner, uids in {"anna@example.org": ("u1", "u2"), "carl": ("u3",)}.items():
        (tmp_path / owner).mkdir()
        for uid in uids:
            text = ICS.replace("UID:u1", f"UID:{uid}").replace("anna@example.org", "zoe@example.org")
            (tmp_path / owner / f"{uid}.ics").write_text(text, newline="")
    with open_source(str(tmp_path)).reading() as reading:
        owners = {row["owner"] for row in next(reading.batches("calendars")).to_pylist()}
        assert reading.rows("events") == 3
        assert owners == {"anna@example.org", "carl", "zoe@example.org", "bob@example.org"}


def test_a_calendar_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    path.write_text(ICS, newline="")
    with (
        pytest.raises(ConfigError, match=r"a.ics was changed while it was read"),
        open_source(str(path)).reading(),
    ):
        path.write_text(ICS + " ", newline="")
