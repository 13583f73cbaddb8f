"""When somebody has no time: the meetings of a calendar within a span, those that repeat written out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]  # it has no stubs

from agentprobe.worlds.calendars.occurrences import ends_by_clock
from agentprobe.worlds.planting.cast import Events
from agentprobe.worlds.planting.days import moment_of
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.truth import Row, Truth, quoted

Span = tuple[datetime, datetime]


def busy_times(truth: Truth, calendar: Any, start: datetime, end: datetime) -> list[Span]:
    """The spans within which a calendar's owner has a meeting that takes time."""
    events = truth.cast.events
    assert events is not None, "who asks for meetings has them"
    spans = [
        span for row in _meetings(truth, calendar, start, end) for span in _times(row, events, start, end)
    ]
    return sorted(span for span in spans if span[0] < end and span[1] > start)


def _meetings(truth: Truth, calendar: Any, start: datetime, end: datetime) -> list[Row]:
    """The meetings that the owner has called or was asked to, without those that take no time."""
    events, attends = truth.cast.events, truth.cast.attendances
    assert events is not None, "who asks for meetings has them"
    assert attends is not None, "who asks for meetings has those who attend"
    column = {
        name: quoted(getattr(events, name)) for name in events.__struct_fields__ if getattr(events, name)
    }
    repeats = f" OR {column['rule']} IS NOT NULL" if "rule" in column else ""
    invited = (
        f"SELECT {quoted(attends.event)} FROM {quoted(attends.table)} WHERE {quoted(attends.calendar)} = ?"
    )
    called = f" OR {column['organiser']} = ?" if "organiser" in column else ""
    sql = (
        f"SELECT * FROM {column['table']} WHERE ({column['key']} IN ({invited}){called}) "
        f"AND (({column['starts']} < ? AND {column['ends']} > ?){repeats})"
    )
    values = [calendar, *([calendar] if called else []), end, start]
    declined = _declined(truth, calendar)
    return [
        row for row in truth.rows(sql, values) if row[events.key] not in declined and _takes_time(row, events)
    ]


def _declined(truth: Truth, calendar: Any) -> set[Any]:
    attends = truth.cast.attendances
    if attends is None or not attends.response:
        return set()
    found = truth.matching(attends.table, {attends.calendar: calendar, attends.response: "declined"})
    return {row[attends.event] for row in found}


def _takes_time(row: Row, events: Events) -> bool:
    cancelled = bool(events.status) and plain(row[events.status]) in ("cancelled", "canceled")
    seen_through = row[events.transparent] if events.transparent else False
    return not cancelled and plain(seen_through) not in ("true", "1", "transparent", "yes")


def _times(row: Row, events: Events, start: datetime, end: datetime) -> list[Span]:
    begins, ends = moment_of(row[events.starts]), moment_of(row[events.ends])
    if begins is None:
        return []
    lasts = (ends or begins) - begins
    rule = row[events.rule] if events.rule else None
    if not rule:
        return [(begins, begins + lasts)]
    zone = _zone(row[events.zone] if events.zone else "")
    local = begins.astimezone(zone).replace(tzinfo=None)
    try:
        found = rrulestr(ends_by_clock(str(rule).removeprefix("RRULE:"), zone.key), dtstart=local)
    except ValueError:
        return [(begins, begins + lasts)]
    low = (start - lasts).astimezone(zone).replace(tzinfo=None) - timedelta(hours=1)
    high = end.astimezone(zone).replace(tzinfo=None)
    starts = [one.replace(tzinfo=zone).astimezone(UTC) for one in found.between(low, high, inc=True)]
    return [(one, one + lasts) for one in starts]


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
