"""Days and moments in whatever form a column has them: read from it, and written back in the same form."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from agentprobe.worlds.schema import Column

_FORMS = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


def day_of(value: Any) -> date | None:
    """The day that a value stands for; None where it stands for none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _ISO.match(text):
        text = text[:10]
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def moment_of(value: Any) -> datetime | None:
    """The moment that a value stands for, in UTC; None where it stands for none."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, str):
        try:
            return moment_of(datetime.fromisoformat(value.strip()))
        except ValueError:
            return None
    day = day_of(value)
    return datetime.combine(day, time(), UTC) if day else None


def as_day(column: Column, day: date, like: Any = None) -> Any:
    """A day as a column has it; `like` is a value of that column, whose form is kept."""
    if column.kind == "date":
        return day
    if column.kind == "timestamp":
        return as_moment(
            column, datetime.combine(day, like.time() if isinstance(like, datetime) else time(9), UTC)
        )
    text = like.strip() if isinstance(like, str) else ""
    for form in _FORMS:
        try:
            datetime.strptime(text, form)  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return day.strftime(form)
    return day.isoformat() + (text[10:] if _ISO.match(text) else "")


def as_moment(column: Column, moment: datetime) -> Any:
    """A moment in UTC as a column has it."""
    if column.kind == "date":
        return moment.date()
    if column.kind == "timestamp":
        return moment if column.zoned else moment.replace(tzinfo=None)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def spelled(day: date) -> str:
    """A day as people write it, so that nobody can take it for another."""
    return f"{day.day} {day:%B} {day.year}"


def written(day: date) -> str:
    """A pattern that finds a day in an answer, in the ways that people and programs write it."""
    month = f"{day:%B}|{day:%b}"
    ways = (
        day.isoformat(),
        rf"0?{day.day}(?:st|nd|rd|th)?\.?(?: of)? (?:{month})\.?,? {day.year}",
        rf"(?:{month})\.? 0?{day.day}(?:st|nd|rd|th)?,? {day.year}",
        rf"0?{day.day}[./]0?{day.month}[./]{day.year}",
        rf"0?{day.month}/0?{day.day}/{day.year}",
    )
    return f"(?i:{'|'.join(ways)})"


def before(day: date, days: int) -> date:
    """So many days earlier."""
    return day - timedelta(days=days)
