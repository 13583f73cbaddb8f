"""Read calendars from .ics files (RFC 5545), keeping what can be kept of broken ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pyarrow as pa

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.calendars import tables
from agentprobe.worlds.calendars.ics_writing import write_ics
from agentprobe.worlds.calendars.tables import CalendarTables

__all__ = ["IcsRead", "Problem", "read_ics", "write_ics"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that could not be read and was left out."""

    path: Path
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class IcsRead:
    """What files held, and what of them could not be read."""

    tables: CalendarTables
    problems: tuple[Problem, ...]


def read_ics(paths: Sequence[Path]) -> IcsRead:
    """Read files, each the calendar of one owner; an event that stands in several is one event.

    The owner is the file's X-WR-CALNAME where that is an address, else the file's name. Who is invited but
    has no file gets a calendar without a zone.
    """
    reading = _Reading()
    for path in sorted(paths):
        reading.file(path)
    return IcsRead(reading.tables(), tuple(reading.problems))


@dataclass
class _Event:
    """An event as it was found first, and who attends it."""

    values: dict[str, Any]
    attending: dict[int, tuple[str, bool]] = field(default_factory=dict)


@dataclass
class _Reading:
    """What was read so far."""

    owners: dict[str, int] = field(default_factory=dict)
    zones: dict[int, str] = field(default_factory=dict)
    events: dict[tuple[str, datetime | None], _Event] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    """Events by their text: the same one stands in the calendar of each who attends."""

    def file(self, path: Path) -> None:
        try:
            text = path.read_bytes().decode("utf-8-sig", errors="replace")
        except OSError as error:
            self.problems.append(Problem(path, 0, f"cannot be read: {error.strerror}"))
            return
        found = _pieces(text)
        if not found.seen:
            self.problems.append(Problem(path, 1, "there is no BEGIN:VCALENDAR: this is no calendar"))
            return
        owner = self._calendar(found.owner if "@" in found.owner else path.stem)
        self.zones[owner] = _zone_name(found.zone) or self.zones.get(owner) or "UTC"
        if found.open:
            self.problems.append(Problem(path, found.open, "the event that begins here does not end"))
        whole = _all_parsed(text, len(found.events))
        for place, (line, block) in enumerate(found.events):
            try:
                if block not in self.known:
                    self.known[block] = whole[place] if whole else _parsed(found.zones, block)
                self._event(_sound(self.known[block]), owner)
            except Exception as error:  # noqa: BLE001 - the parser raises what it likes on broken values
                why = f"this event cannot be read ({type(error).__name__}): it is left out"
                self.problems.append(Problem(path, line, why))

    def _calendar(self, owner: str) -> int:
        return self.owners.setdefault(owner.strip().lower(), len(self.owners) + 1)

    def _event(self, event: Any, owner: int) -> None:
        starts, zone, all_day = _moment(event["DTSTART"].dt, event["DTSTART"].params.get("TZID"))
        recurrence = event.get("RECURRENCE-ID")
        uid = str(event.get("UID") or f"{starts:%Y%m%dT%H%M%SZ}-{event.get('SUMMARY', '')}")
        key = (uid, _moment(recurrence.dt, None)[0] if recurrence is not None else None)
        organiser = self._address(event.get("ORGANIZER")) or owner
        found = self.events.get(key)
        if found is None:
            found = self.events[key] = _Event(
                {
                    "uid": uid,
                    "organiser": organiser,
                    "title": _text(event.get("SUMMARY")),
                    "starts": starts,
                    "ends": _end(event, starts, all_day),
                    "time_zone": zone,
                    "all_day": all_day,
                    "priority": int(event.get("PRIORITY") or 0),
                    "status": str(event.get("STATUS") or "confirmed").lower(),
                    "transparent": str(event.get("TRANSP") or "").upper() == "TRANSPARENT",
                    "rule": event["RRULE"].to_ical().decode() if "RRULE" in event else None,
                    "recurrence_id": key[1],
                }
            )
        self._attending(found, event, owner, organiser)
        for gone in _gone(event):
            self.events.setdefault((uid, gone), _Event(_taken_out(found.values, gone), dict(found.attending)))

    def _attending(self, found: _Event, event: Any, owner: int, organiser: int) -> None:
        invited = event.get("ATTENDEE") or []
        for one in invited if isinstance(invited, list) else [invited]:
            response = str(one.params.get("PARTSTAT", "NEEDS-ACTION")).lower()
            required = str(one.params.get("ROLE", "REQ-PARTICIPANT")).upper() != "OPT-PARTICIPANT"
            who = self._address(one)
            if who is not None:
                found.attending[who] = (response, required)
        for who in (owner, organiser):
            found.attending.setdefault(who, (tables.ACCEPTED, True))

    def _address(self, value: Any) -> int | None:
        told = str(value or "").strip()
        return self._calendar(told[7:] if told.lower().startswith("mailto:") else told) if told else None

    def tables(self) -> CalendarTables:
        calendars = [
            {"calendar_id": number, "owner": owner, "time_zone": self.zones.get(number)}
            for owner, number in self.owners.items()
        ]
        events, attendances = [], []
        for number, event in enumerate(self.events.values(), 1):
            events.append({"event_id": number, **event.values})
            attendances += [
                {"event_id": number, "calendar_id": who, "response": response, "required": required}
                for who, (response, required) in event.attending.items()
            ]
        return CalendarTables(
            calendars=pa.Table.from_pylist(calendars, schema_of(tables.CALENDARS)),
            events=pa.Table.from_pylist(events, schema_of(tables.EVENTS)),
            attendances=pa.Table.from_pylist(attendances, schema_of(tables.ATTENDANCES)),
        )


@dataclass
class _Pieces:
    """A file taken apart by its lines, so that one broken event does not take the others with it."""

    seen: bool = False
    owner: str = ""
    zone: str = ""
    zones: str = ""
    events: list[tuple[int, str]] = field(default_factory=list)
    open: int = 0
    """The line of an event that has no end."""


def _pieces(text: str) -> _Pieces:
    found, block, began = _Pieces(), list[str](), 0
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        upper = line.strip().upper()
        if upper == "BEGIN:VCALENDAR":
            found.seen = True
        elif upper in ("BEGIN:VEVENT", "BEGIN:VTIMEZONE"):
            if inside == "VEVENT":
                found.open = found.open or began
            inside, block, began = upper[6:], [line], number
        elif inside:
            block.append(line)
            if upper == f"END:{inside}":
                _close(found, inside, began, "\r\n".join(block))
                inside = ""
        elif upper.startswith("X-WR-CALNAME"):
            found.owner = line.partition(":")[2].strip()
        elif upper.startswith("X-WR-TIMEZONE"):
            found.zone = line.partition(":")[2].strip()
    if inside == "VEVENT":
        found.open = found.open or began
    return found


def _close(found: _Pieces, kind: str, began: int, block: str) -> None:
    if kind == "VEVENT":
        found.events.append((began, block))
    else:
        found.zones += block + "\r\n"
        for line in block.split("\r\n"):
            if line.upper().startswith("TZID") and not found.zone:
                found.zone = line.partition(":")[2].strip()


def _parsed(zones: str, block: str) -> Any:
    """One event, with the zones that its file defines where it names one."""
    known = zones if "TZID=" in block.upper() and not _all_known(block) else ""
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-\r\n{known}{block}\r\nEND:VCALENDAR\r\n"
    calendar = icalendar.Calendar.from_ical(text)
    return calendar.walk("VEVENT")[0]


def _all_parsed(text: str, many: int) -> list[Any]:
    """All events of a sound file at once, which is faster; nothing where the file must be taken apart."""
    try:
        found = icalendar.Calendar.from_ical(text).walk("VEVENT")
    except Exception:  # noqa: BLE001 - the parser raises what it likes on broken files
        return []
    return list(found) if len(found) == many else []


def _sound(event: Any) -> Any:
    """The event, if all its values could be read."""
    if event.errors or not isinstance(event, icalendar.Event):
        raise ValueError("broken values")
    return event


def _all_known(block: str) -> bool:
    """Are all zones that are named there known by their names? Then their definitions need not be read."""
    names = [part.split(":")[0].split(";")[0].strip('"') for part in block.split("TZID=")[1:]]
    return all(_zone_name(name) for name in names)


def _zone_name(name: str | None) -> str | None:
    try:
        return ZoneInfo(name).key if name else None
    except (OSError, ValueError):
        return None


def _moment(value: date | datetime, told: str | None) -> tuple[datetime, str | None, bool]:
    """A time in UTC, the zone whose clock it was told by, and whether it is a whole day."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC), None, True
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC), None, False
    return value.astimezone(UTC), _zone_name(told) or _name_of(value.tzinfo), False


def _name_of(zone: tzinfo) -> str:
    return _zone_name(getattr(zone, "key", None) or getattr(zone, "zone", None)) or "UTC"


def _end(event: Any, starts: datetime, all_day: bool) -> datetime:
    if "DTEND" in event:
        return max(_moment(event["DTEND"].dt, None)[0], starts)
    if "DURATION" in event:
        lasts: timedelta = event["DURATION"].dt
        return max(starts + lasts, starts)
    return starts + timedelta(days=1) if all_day else starts


def _gone(event: Any) -> Iterator[datetime]:
    taken = event.get("EXDATE") or []
    for one in taken if isinstance(taken, list) else [taken]:
        for value in one.dts:
            yield _moment(value.dt, None)[0]


def _taken_out(values: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The row that says that one occurrence of a series is not."""
    lasts = values["ends"] - values["starts"]
    told = {"starts": at, "ends": at + lasts, "rule": None, "recurrence_id": at, "status": tables.CANCELLED}
    return values | told


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
