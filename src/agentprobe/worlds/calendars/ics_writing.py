"""Write calendars as .ics files (RFC 5545), one for each owner."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from agentprobe.worlds.calendars import tables
from agentprobe.worlds.calendars.tables import CalendarTables
from agentprobe.worlds.folder import spelled

_FOLD = 73
"""A line is folded after so many bytes, since it may have 75."""
_STAMP = "DTSTAMP:20000101T000000Z"
"""When the file was written is nobody's business: the same calendars give the same bytes."""
_LONGEST_NAME = 120


def write_ics(calendars: CalendarTables, folder: Path) -> tuple[Path, ...]:
    """Write each calendar that has a zone into `folder`, as OWNER.ics, readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    owners = dict(
        zip(*(calendars.calendars.column(name).to_pylist() for name in ("calendar_id", "owner")), strict=True)
    )
    events = _Events(calendars, owners)
    written, taken = [], set[str]()
    for row in calendars.calendars.to_pylist():
        if row["time_zone"] is None:
            continue
        name = _file_name(row["owner"] or f"calendar-{row['calendar_id']}", taken)
        path = folder / name
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(_calendar(row, events.of(row["calendar_id"])))
        written.append(path)
    return tuple(written)


class _Events:
    """All events, found by who attends them; the text of each is made once."""

    def __init__(self, calendars: CalendarTables, owners: dict[int, str]) -> None:
        self._owners = owners
        self._rows = {row["event_id"]: row for row in calendars.events.to_pylist()}
        self._attending: dict[int, list[tuple[int, str, bool]]] = defaultdict(list)
        self._of: dict[int, list[int]] = defaultdict(list)
        columns = [calendars.attendances.column(name).to_pylist() for name in _ATTENDANCE]
        for event, calendar, response, required in zip(*columns, strict=True):
            self._attending[event].append((calendar, response, required))
            self._of[calendar].append(event)
        self._masters = {row["uid"]: row for row in self._rows.values() if row["recurrence_id"] is None}
        self._gone: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self._rows.values():
            if _is_gone(row, self._masters.get(row["uid"])):
                self._gone[row["uid"]].append(row)
        self._texts: dict[int, list[str]] = {}

    def of(self, calendar: int) -> list[list[str]]:
        """The lines of each event of a calendar, those taken out of a series left out."""
        mine = [self._rows[event] for event in self._of[calendar]]
        series = {row["uid"] for row in mine if row["recurrence_id"] is None}
        return [
            self._lines(row)
            for row in mine
            if row["uid"] not in series or not _is_gone(row, self._masters.get(row["uid"]))
        ]

    def _lines(self, row: dict[str, Any]) -> list[str]:
        found = self._texts.get(row["event_id"])
        if found is None:
            gone = self._gone[row["uid"]] if row["recurrence_id"] is None else []
            attending = self._attending[row["event_id"]]
            found = self._texts[row["event_id"]] = list(_event(row, gone, attending, self._owners))
        return found


_ATTENDANCE = ("event_id", "calendar_id", "response", "required")


def _is_gone(row: dict[str, Any], master: dict[str, Any] | None) -> bool:
    """Is it an occurrence of a series of which nothing is told but that it is not?"""
    if row["recurrence_id"] is None or row["status"] != tables.CANCELLED or master is None:
        return False
    return bool(row["title"] == master["title"] and row["starts"] == row["recurrence_id"])


def _event(
    row: dict[str, Any],
    gone: Iterable[dict[str, Any]],
    attending: Iterable[tuple[int, str, bool]],
    owners: dict[int, str],
) -> Iterable[str]:
    zone, all_day = row["time_zone"], bool(row["all_day"])
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(row['uid'] or str(row['event_id']))}"
    yield _STAMP
    yield _when("DTSTART", row["starts"], zone, all_day)
    yield _when("DTEND", row["ends"], zone, all_day)
    if row["recurrence_id"] is not None:
        yield _when("RECURRENCE-ID", row["recurrence_id"], zone, all_day)
    if row["title"] is not None:
        yield f"SUMMARY:{_escaped(row['title'])}"
    if row["rule"]:
        yield f"RRULE:{_one_line(row['rule'])}"
    for one in gone:
        yield _when("EXDATE", one["recurrence_id"], zone, all_day)
    if row["priority"]:
        yield f"PRIORITY:{row['priority']}"
    yield f"STATUS:{_one_line(str(row['status'] or tables.CONFIRMED)).upper()}"
    yield f"TRANSP:{'TRANSPARENT' if row['transparent'] else 'OPAQUE'}"
    if row["organiser"] in owners:
        yield f"ORGANIZER:mailto:{_one_line(owners[row['organiser']])}"
    for calendar, response, required in attending:
        role = "REQ-PARTICIPANT" if required or required is None else "OPT-PARTICIPANT"
        state = _one_line(str(response or tables.WAITING)).upper()
        yield f"ATTENDEE;ROLE={role};PARTSTAT={state}:mailto:{_one_line(owners.get(calendar) or '')}"
    yield "END:VEVENT"


def _when(name: str, at: datetime, zone: str | None, all_day: bool) -> str:
    if all_day:
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    if zone is None:
        return f"{name}:{at:%Y%m%dT%H%M%S}"
    if zone == "UTC":
        return f"{name}:{at:%Y%m%dT%H%M%SZ}"
    return f"{name};TZID={zone}:{at.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"


def _calendar(row: dict[str, Any], events: list[list[str]]) -> str:
    zones = sorted(
        {line.split("TZID=")[1].split(":")[0] for event in events for line in event if ";TZID=" in line}
    )
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//agentprobe//worlds//EN"]
    head += [f"X-WR-CALNAME:{_escaped(row['owner'] or '')}", f"X-WR-TIMEZONE:{_one_line(row['time_zone'])}"]
    lines = head + [line for event in events for line in event] + ["END:VCALENDAR"]
    body = "\r\n".join(_folded(line) for line in lines[len(head) :])
    return "\r\n".join([*(_folded(line) for line in head), *(_zone(zone) for zone in zones), body, ""])


@lru_cache(maxsize=64)
def _zone(name: str) -> str:
    """A zone's definition, as RFC 5545 wants one for every zone that a file names."""
    made = icalendar.Timezone.from_tzid(name, first_date=date(2015, 1, 1), last_date=date(2038, 1, 1))
    text: str = made.to_ical().decode()
    return text.rstrip("\r\n")


def _escaped(text: str) -> str:
    told = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return told.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _one_line(text: str) -> str:
    """A value in which nothing can begin a line of its own."""
    return "".join(text.split("\r")).replace("\n", " ")


def _folded(line: str) -> str:
    raw = line.encode()
    if len(raw) <= _FOLD:
        return line
    parts, start = [], 0
    while start < len(raw):
        end = min(start + _FOLD, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(raw[start:end].decode())
        start = end
    return "\r\n ".join(parts)


def _file_name(owner: str, taken: set[str]) -> str:
    name = spelled(owner)[:_LONGEST_NAME]
    number = 1
    while (told := f"{name}.ics" if number == 1 else f"{name}-{number}.ics") in taken:
        number += 1
    taken.add(told)
    return told
