"""Words of calendars that everybody uses: a rare one stays a word that programs understand."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from agentprobe.worlds.calendars.tables import RESPONSES, STATUSES
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.untyped import array, pc

_OF_CALENDARS = ({"calendar_id", "time_zone"}, {"starts", "recurrence_id"}, {"event_id", "calendar_id"})
_WORDS: dict[str, frozenset[str]] = {"status": frozenset(STATUSES), "response": frozenset(RESPONSES)}
_ZONE = "time_zone"
_LARGE = (
    "UTC Europe/London Europe/Berlin Europe/Athens Europe/Istanbul Asia/Dubai Asia/Tehran Asia/Karachi "
    "Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Yangon Asia/Bangkok Asia/Shanghai Asia/Tokyo "
    "Australia/Adelaide Australia/Brisbane Australia/Sydney Pacific/Auckland Pacific/Honolulu "
    "America/Anchorage America/Los_Angeles America/Phoenix America/Denver America/Mexico_City "
    "America/Chicago America/Bogota America/New_York America/Caracas America/Halifax America/Santiago "
    "America/Sao_Paulo America/St_Johns Atlantic/Azores Africa/Lagos Africa/Nairobi Africa/Cairo"
)
"""Zones of many millions of people (IANA's names)."""


def has_words(table: Table, column: Column) -> bool:
    """Is it a column of calendars that holds such words?"""
    held = {one.name for one in table.columns}
    told = column.name == _ZONE or column.name in _WORDS
    return told and column.kind == "text" and any(wanted <= held for wanted in _OF_CALENDARS)


def understood(column: Column, values: pa.Array[Any], mapped: pa.Array[Any]) -> pa.Array[Any]:
    """The mapped values, where those that were too rare to stay become words that are understood.

    A status or an answer stays, since the words are few and are everybody's. A zone becomes a large one
    whose clocks show the same.
    """
    told = pc.dictionary_encode(values)
    rare = pc.not_equal(values, mapped)
    if not pc.any(rare).as_py():
        return mapped
    known = [_word(column.name, one) for one in told.dictionary.to_pylist()]
    instead = array(known, pa.string()).take(told.indices)
    found: pa.Array[Any] = pc.if_else(pc.and_(rare, pc.is_valid(instead)), instead, mapped)
    return found


def _word(column: str, value: str) -> str | None:
    if column == _ZONE:
        return _alike(value)
    return value if value in _WORDS[column] else None


@cache
def _clocks() -> dict[tuple[Any, ...], str]:
    found: dict[tuple[Any, ...], str] = {}
    for name in _LARGE.split():
        found.setdefault(_shows(name), name)
    return found


def _shows(name: str) -> tuple[Any, ...]:
    zone = ZoneInfo(name)
    return tuple(datetime(2025, month, 15, tzinfo=UTC).astimezone(zone).utcoffset() for month in range(1, 13))


def _alike(name: str) -> str | None:
    try:
        return _clocks().get(_shows(name), "UTC")
    except (OSError, ValueError):
        return None
