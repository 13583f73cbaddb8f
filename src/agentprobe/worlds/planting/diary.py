"""To make a calendar of a planted person, with meetings in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from agentprobe.worlds.planting.cast import Attendances, Diaries, Events
from agentprobe.worlds.planting.days import as_moment
from agentprobe.worlds.planting.holdings import today
from agentprobe.worlds.planting.stage import Row, Stage, Unfit

YES, NO = "accepted", "declined"


def diaries_of(stage: Stage) -> Diaries:
    """What the calendars are."""
    assert stage.cast.diaries is not None, "an ambiguity that needs calendars says so"
    return stage.cast.diaries


def events_of(stage: Stage) -> Events:
    """What the meetings are."""
    assert stage.cast.events is not None, "an ambiguity that needs meetings says so"
    return stage.cast.events


def attendances_of(stage: Stage) -> Attendances:
    """Who was asked to the meetings."""
    assert stage.cast.attendances is not None, "an ambiguity that needs attendances says so"
    return stage.cast.attendances


def diary(stage: Stage, nth: int = 0, *, zone: str = "") -> Row:
    """Add a calendar whose owner's name is put together from those of others."""
    diaries = diaries_of(stage)
    if stage.column(diaries.table, diaries.owner).kind != "text":
        raise Unfit(f"'{diaries.owner}' of table '{diaries.table}' is no name")
    owners = [str(one) for one in stage.values(diaries.table, diaries.owner)]
    chance = stage.chance("owner", nth)
    row = stage.template(diaries.table, "diary")
    row[diaries.owner] = _owner(chance.choice(owners), chance.choice(owners), chance.randint(2, 99))
    if zone and diaries.zone:
        row[diaries.zone] = zone
    return stage.add(diaries.table, row, key=diaries.key)


def meeting(stage: Stage, calendar: Any, starts: datetime, *, minutes: int, title: str, **more: Any) -> Row:
    """Add a meeting that the calendar's owner has called."""
    events = events_of(stage)
    row = stage.template(events.table, "meeting")
    row |= {
        events.title: title,
        events.starts: as_moment(stage.column(events.table, events.starts), starts),
        events.ends: as_moment(stage.column(events.table, events.ends), starts + timedelta(minutes=minutes)),
    }
    if events.organiser:
        row[events.organiser] = calendar
    plain = {"rule": None, "all_day": False, "transparent": False, "status": "CONFIRMED", **more}
    for name, value in plain.items():
        if column := getattr(events, name):
            row[column] = _like(stage.column(events.table, column).kind, row[column], value)
    place = len(stage.added.get(events.table, ()))
    if events.uid:
        row[events.uid] = f"{stage.chance('uid', place).getrandbits(64):016x}@calendar"
    return stage.add(events.table, row, key=events.key)


def attend(stage: Stage, event: Row, calendar: Any, response: str) -> None:
    """Say what a calendar's owner has answered to a meeting."""
    attendances, events = attendances_of(stage), events_of(stage)
    row = stage.template(attendances.table, "attendance")
    row |= {attendances.event: event[events.key], attendances.calendar: calendar}
    known = [str(one) for one in stage.values(attendances.table, attendances.response)]
    capital = bool(known) and known[0].isupper()
    row[attendances.response] = response.upper() if capital else response
    stage.add(attendances.table, row, key=attendances.key)


def busy_day(stage: Stage) -> date:
    """A working day a few weeks after the world's."""
    day = today(stage) + timedelta(days=14 + stage.chance("day").randrange(10))
    return day + timedelta(days=2) if day.weekday() >= 5 else day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of a day, in UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def titles(stage: Stage, count: int) -> list[str]:
    """Titles as the world's meetings have them, no two the same."""
    events = events_of(stage)
    known = sorted({str(one).strip() for one in stage.values(events.table, events.title)})
    known = [one for one in known if len(one) > 3] or ["Review"]
    chance = stage.chance("titles")
    marks = chance.sample(range(100, 999), count)
    return [f"{chance.choice(known)} {mark}" for mark in marks]


def _like(kind: str, old: Any, value: Any) -> Any:
    """A value in the form that the column has it: `confirmed` where others are written small."""
    if kind == "text" and isinstance(value, str) and isinstance(old, str) and old.islower():
        return value.lower()
    if kind == "text" and value is not None:
        return str(value)
    return int(value) if kind == "integer" and value is not None else value


def _owner(one: str, other: str, number: int) -> str:
    """A name or an address of two others."""
    if "@" in one:
        local, _, host = one.partition("@")
        return f"{local.split('.')[0]}.{other.partition('@')[0].split('.')[-1]}{number}@{host}"
    first, last = one.split(), other.split()
    return f"{first[0]} {last[-1]}" if first and last else f"{one}{number}"
