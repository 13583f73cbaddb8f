"""The times in a tool's result: found by how they look and what their field is called, and moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from agentprobe.chaos._records import leaves_changed, words_in, words_of
from agentprobe.chaos._results import UNCHANGED

Move = Callable[[datetime], datetime]
"""Gives another time for one that was found; the same for one that stays. What has no zone stays without."""
Concerns = Callable[[str], bool]
"""Is the field of this name meant?"""

_NAMES = words_in(
    "at time times timestamp ts date datetime day created updated modified expires expiry expiration exp iat"
    " nbf until since start starts started end ends ended due deadline seen now epoch when"
)
"""Words in the names of fields whose number may be seconds or milliseconds since 1970."""
_EPOCH_SECONDS = (800_000_000, 4_200_000_000)
"""From 1995 until 2103: a number outside of it is no time."""
_ISO = re.compile(
    r"(?<![\w.-])(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:(?P<sign>[T ])(?P<clock>\d\d:\d\d)(?P<seconds>:\d\d)?(?P<part>\.\d{1,9})?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?![\w-])",
    re.ASCII,
)
_MAIL = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
    r" \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})",
    re.ASCII,
)
_CLOCK = re.compile(r"([01]\d|2[0-3])(:[0-5]\d(?::[0-5]\d)?)\Z", re.ASCII)


def any_field(name: str) -> bool:
    """Every field may hold a time."""
    return True


def moved(value: Any, move: Move, concerns: Concerns = any_field) -> Any:
    """The result with the times in it moved; UNCHANGED where there are none, or all stay.

    Found are dates and times in ISO 8601 and as in mails, also in the middle of a text, seconds and
    milliseconds since 1970 where the field's name speaks of time, and Python's own dates.
    """
    return leaves_changed(
        value, lambda name, leaf: moved_leaf(name, leaf, move) if concerns(name) else UNCHANGED
    )


def moved_leaf(name: str, value: Any, move: Move) -> Any:
    """One field with its times moved; UNCHANGED for what holds none."""
    try:
        return _moved(name, value, move)
    except (OverflowError, ValueError):  # before the year 1, after 9999, or the 31st of February
        return UNCHANGED


def _moved(name: str, value: Any, move: Move) -> Any:
    match value:
        case bool():
            return UNCHANGED
        case datetime():
            return move(value)
        case date():
            return _moved_day(value, move)
        case int() | float():
            return _moved_number(name, value, move)
        case str():
            return _moved_text(name, value, move)
        case _:
            return UNCHANGED


def _moved_day(day: date, move: Move) -> date:
    """A date without a time is taken for its noon, so that a few hours do not make it another day."""
    return move(datetime.combine(day, time(12))).date()


def _moved_number(name: str, value: float, move: Move) -> Any:
    scale = _scale(name, value)
    if scale is None:
        return UNCHANGED
    then = datetime.fromtimestamp(value / scale, UTC)
    seconds = (move(then) - then).total_seconds()
    return value + (round(seconds * scale) if isinstance(value, int) else seconds * scale)


def _scale(name: str, value: float) -> int | None:
    """How many of the number's units make a second; None for what is no time."""
    if not words_of(name) & _NAMES:
        return None
    low, high = _EPOCH_SECONDS
    return next((scale for scale in (1, 1000) if low <= value / scale <= high), None)


def _moved_text(name: str, value: str, move: Move) -> Any:
    if value.isascii() and value.isdigit() and len(value) < 20:
        number = _moved_number(name, int(value), move)
        return UNCHANGED if number is UNCHANGED else str(number)
    text = _ISO.sub(lambda found: _moved_iso(found, move), value)
    return _MAIL.sub(lambda found: _moved_mail(found, move), text)


def _moved_mail(found: re.Match[str], move: Move) -> str:
    try:
        then = parsedate_to_datetime(found[0])
        now = move(then)
    except (OverflowError, ValueError):
        return found[0]
    if now == then:
        return found[0]
    in_gmt = found[0].endswith("GMT")
    return format_datetime(now.astimezone(UTC), usegmt=True) if in_gmt else format_datetime(now)


def _moved_iso(found: re.Match[str], move: Move) -> str:
    try:
        return _spelled_as(found, move)
    except (OverflowError, ValueError):
        return found[0]


def _spelled_as(found: re.Match[str], move: Move) -> str:
    """The moved time with the separator, the precision and the zone that the found one has."""
    if not found["clock"]:
        return _moved_day(date.fromisoformat(found["day"]), move).isoformat()
    then = time_in(found)
    now = move(then)
    if now == then:
        return found[0]
    spelled = now.isoformat(sep=found["sign"], timespec="seconds" if found["seconds"] else "minutes")
    plain = spelled if now.tzinfo is None else spelled[: -len("+00:00")]
    zone = "" if now.tzinfo is None else _zone(found["zone"], spelled)
    return plain + (found["part"] or "") + zone


def _zone(before: str | None, spelled: str) -> str:
    if before == "Z":
        return "Z"
    zone = spelled[-len("+00:00") :]
    return zone if before is None or ":" in before else zone.replace(":", "")


def time_in(found: re.Match[str]) -> datetime:
    """The time that a match of ISO 8601 says, to the second; without a zone where it names none."""
    zone = "+00:00" if found["zone"] == "Z" else found["zone"] or ""
    return datetime.fromisoformat(f"{found['day']}T{found['clock']}{found['seconds'] or ':00'}{zone}")


def is_time(name: str, value: Any) -> bool:
    """Is this a time, or a text that holds one?"""
    return moved_leaf(name, value, on_by(86_400)) not in (UNCHANGED, value)


def respelled_text(text: str, spell: Callable[[re.Match[str]], str]) -> str:
    """A text with each ISO date or time in it spelled otherwise; see `time_in` for what it says."""
    return _ISO.sub(spell, text)


def clock_moved(text: str, hours: int) -> str | None:
    """A time of day such as `09:30`, some hours on; None for what is none."""
    found = _CLOCK.match(text)
    return f"{(int(found[1]) + hours) % 24:02d}{found[2]}" if found else None


def on_by(seconds: float) -> Move:
    """Moves every time on by so many seconds."""
    return lambda then: then + timedelta(seconds=seconds)
