"""Moments and ages as people write them on a command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from agentprobe.errors import ConfigError

_AGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*")
_OLDEST = timedelta(days=700_000)
"""Further back the calendar ends."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def age(text: str) -> timedelta:
    """A duration such as `30d` or `12h`; raises ConfigError for anything else."""
    found = _AGE.fullmatch(text)
    if found is None:
        raise ConfigError(f"'{text}' is no age; write a number and a unit, such as 30d, 12h or 2w")
    return timedelta(seconds=min(float(found[1]) * _UNITS[found[2]], _OLDEST.total_seconds()))


def moment(text: str, *, now: datetime, option: str) -> str:
    """A date, a date and time, or an age before `now`, spelled as traces spell when they began.

    Raises ConfigError, naming the `option`, for anything else. What has no zone is UTC, as in a list.
    """
    if _AGE.fullmatch(text):
        return _spelled(now - age(text))
    written = text.strip()
    first_day = written + "-01-01"[len(written) - 4 :] if _PART.fullmatch(written) else written
    try:
        return _spelled(datetime.fromisoformat(first_day))
    except (ValueError, OverflowError) as error:
        raise ConfigError(
            f"{option} '{text}' is no date; write one, such as 2026-11-21T18:30, or an age such as 2h"
        ) from error


def _spelled(when: datetime) -> str:
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


_PART = re.compile(r"\d{4}(?:-\d{2})?")
"""A year, or a year and its month."""
