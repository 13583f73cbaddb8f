"""Moves events by whole days: by each one's own clock, and with the ends and exceptions of its series."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.calendars.occurrences import DAY, by_clock, in_utc
from agentprobe.worlds.calendars.tables import EVENTS
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.untyped import array, pc

TIMES = ("starts", "ends", "recurrence_id")
_TELLING = frozenset({"rule", "time_zone", *TIMES})
_TIED = ("BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_PART = re.compile(r"(?:FREQ|INTERVAL|COUNT|UNTIL|WKST|BYDAY|BYHOUR|BYMINUTE|BYSECOND)=[A-Z0-9,+-]+")
"""What a rule may say of an event beside what ties it to a date (RFC 5545); nothing else is kept."""
_NTH = re.compile(r"[+-]?\d+(?=[A-Z]{2})")


def is_of_events(table: Table) -> bool:
    """Does a table hold events as those of calendars do?"""
    held = {column.name for column in table.columns if column.name in _TELLING and column.kind in _KINDS}
    return held >= {"rule", "starts", "recurrence_id"}


_KINDS = frozenset(column.kind for column in EVENTS.columns if column.name in _TELLING)


def moves_here(column: Column) -> bool:
    """Is it one of the columns of events that `moved_column` moves?"""
    return (column.name in TIMES and column.kind == "timestamp") or (
        column.name == "rule" and column.kind == "text"
    )


def moved_column(name: str, batch: pa.RecordBatch, days: NDArray[np.int64]) -> pa.Array[Any]:
    """A column of events when each row's event moves by so many days."""
    told, column = _zones(batch), "starts" if name == "rule" else name
    times: pa.Array[Any] = moved_times(batch.column(column), told, days)
    return moved_rules(batch.column(name), told, times, days) if name == "rule" else times


def _zones(batch: pa.RecordBatch) -> Any:
    if "time_zone" not in batch.schema.names:
        return pa.array(["UTC"] * batch.num_rows, pa.string())
    return pc.fill_null(batch.column("time_zone"), "UTC")


def moved_times(column: Any, zones: Any, days: NDArray[np.int64]) -> Any:
    """Times moved by each event's own clock: nine o'clock stays nine."""
    utc = np.asarray(column.cast(pa.int64()).fill_null(0)).astype(np.int64)
    found = np.empty_like(utc)
    for zone in pc.unique(zones).to_pylist():
        mine = np.asarray(pc.equal(zones, zone))
        found[mine] = in_utc(by_clock(utc[mine], _known(zone)) + days[mine] * DAY, _known(zone))
    return array(found, mask=np.asarray(column.is_null())).cast(column.type)


def moved_rules(rules: Any, zones: Any, starts: Any, days: NDArray[np.int64]) -> pa.Array[Any]:
    """Rules whose ends move as far, and whose "second Tuesday" is that of the start as it is then.

    `starts` are those after the move.
    """
    told, clocks = pc.dictionary_encode(rules), pc.dictionary_encode(zones)
    codes = np.asarray(told.indices.fill_null(-1)).astype(np.int64)
    at = np.asarray(clocks.indices).astype(np.int64)
    nth = _nth(starts, clocks)
    asked, back = np.unique(np.stack([codes, at, nth, days]), axis=1, return_inverse=True)
    known, names = told.dictionary.to_pylist(), clocks.dictionary.to_pylist()
    made = [
        _moved_rule(known[code], _known(names[zone]), place, by) if code >= 0 else None
        for code, zone, place, by in asked.T.tolist()
    ]
    found: pa.Array[Any] = array(made, pa.string()).take(array(back.ravel())).cast(rules.type)
    return found


def _nth(starts: Any, clocks: Any) -> NDArray[np.int64]:
    """Which of its weekdays in the month each event begins on: 1 to 5."""
    utc = np.asarray(starts.cast(pa.int64()).fill_null(0)).astype(np.int64)
    at = np.asarray(clocks.indices)
    found = np.zeros(len(utc), np.int64)
    for place, zone in enumerate(clocks.dictionary.to_pylist()):
        mine = at == place
        day = by_clock(utc[mine], _known(zone)).astype("datetime64[us]").astype("datetime64[D]")
        found[mine] = (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) // 7 + 1
    return found


def _moved_rule(rule: str, zone: str, nth: int, days: int) -> str | None:
    """A rule with its end moved; what ties it to the days of a month is left to the day it begins on."""
    told = []
    for part in rule.upper().split(";"):
        name, _, value = part.partition("=")
        if name in _TIED or not _PART.fullmatch(part):
            continue
        if name == "UNTIL":
            value = _moved_end(value, zone, days)
        elif name == "BYDAY" and "," not in value:
            # the fifth is not in every month: it is told as the last
            value = _NTH.sub("-1" if nth == 5 else str(nth), value)
        told.append(f"{name}={value}" if value else "")
    kept = [part for part in told if part]
    return ";".join(kept) if any(part.startswith("FREQ=") for part in kept) else None


def _moved_end(value: str, zone: str, days: int) -> str:
    """The end of a series; one in UTC moves by the zone's clock, so that it ends as many events later."""
    form = {8: "%Y%m%d", 15: "%Y%m%dT%H%M%S", 16: "%Y%m%dT%H%M%SZ"}.get(len(value), "")
    try:
        when = datetime.strptime(value, form)  # noqa: DTZ007  # by the clock of whoever wrote it
        by = timedelta(days=days)
        if not form.endswith("Z"):
            return (when + by).strftime(form)
        local = when.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + by
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime(form)
    except (ValueError, OverflowError):
        return ""


def _known(zone: str) -> str:
    """The zone, or UTC where it is none that we know."""
    try:
        return ZoneInfo(zone).key
    except (OSError, ValueError):
        return "UTC"
