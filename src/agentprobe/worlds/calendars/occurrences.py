"""When events take place: series spread out into their occurrences within some days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from dateutil.rrule import rrulestr  # type: ignore[import-untyped,unused-ignore]  # told for its first importer
from numpy.typing import NDArray

from agentprobe.worlds.untyped import array, pc

Times = NDArray[np.int64]
"""Microseconds since 1970: in UTC, or by a zone's own clock where that is said."""

DAY = 86_400_000_000
_MOST = 4000
"""Of a series without end, no more occurrences are looked at."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Each time that an event takes place."""

    rows: NDArray[np.int64]
    """The row of the event that it belongs to."""
    starts: Times
    ends: Times


def occurrences(events: pa.Table, first: int, last: int) -> Occurrences:
    """All that begin from `first` up to `last` (UTC), but those that a row of their own replaces."""
    starts, ends = times(events.column("starts")), times(events.column("ends"))
    ruled = np.asarray(pc.is_valid(events.column("rule")).combine_chunks())
    alone = np.flatnonzero(~ruled & (starts >= first) & (starts < last))
    parts = [(alone, starts[alone])]
    for rows, found in _spread(events, np.flatnonzero(ruled), first, last):
        parts.append((rows, found))
    rows = np.concatenate([part[0] for part in parts])
    begins = np.concatenate([part[1] for part in parts])
    kept = _not_replaced(events, rows, begins, ruled)
    rows, begins = rows[kept], begins[kept]
    return Occurrences(rows, begins, begins + (ends - starts)[rows])


def times(column: pa.ChunkedArray[Any]) -> Times:
    """A column of UTC times as numbers; missing ones as the smallest."""
    whole: Any = column.cast(pa.int64()).combine_chunks()
    return np.asarray(whole.fill_null(np.iinfo(np.int64).min)).astype(np.int64)


def by_clock(utc: Times, zone: str) -> Times:
    """What a zone's clock shows at these times."""
    told: Any = array(utc, pa.timestamp("us", tz=zone))
    return np.asarray(pc.local_timestamp(told).cast(pa.int64())).astype(np.int64)


def in_utc(clock: Times, zone: str) -> Times:
    """When a zone's clock shows these times: the earlier of two, and past the hour that summer time skips."""
    told: Any = array(clock, pa.timestamp("us"))
    found = pc.assume_timezone(told, zone, ambiguous="earliest", nonexistent="latest")
    return np.asarray(found.cast(pa.int64())).astype(np.int64)


def _spread(
    events: pa.Table, ruled: NDArray[np.int64], first: int, last: int
) -> Iterator[tuple[NDArray[np.int64], Times]]:
    starts = times(events.column("starts"))[ruled]
    rules = [str(rule) for rule in events.column("rule").take(ruled).to_pylist()]
    zones = np.array([zone or "UTC" for zone in events.column("time_zone").take(ruled).to_pylist()])
    known = dict[str, tuple[int, int] | None]()
    for zone in sorted(set(zones.tolist())):
        mine = np.flatnonzero(zones == zone)
        clock = by_clock(starts[mine], zone)
        simple: dict[tuple[int, int], list[int]] = {}
        for at, row in enumerate(mine.tolist()):
            rule = rules[row]
            if rule not in known:
                known[rule] = _simple(rule)
            plain = known[rule]
            if plain is None:
                found = np.array(_by_rule(rule, int(clock[at]), zone, first, last), dtype=np.int64)
                yield from _within(np.full(len(found), ruled[row]), found, zone, first, last)
            else:
                simple.setdefault(plain, []).append(at)
        for (days, count), ats in simple.items():
            many = min(count, int((last - clock[ats].min()) // (days * DAY)) + 2)
            steps = np.arange(max(many, 0)) * days * DAY
            all_of = (clock[ats][:, None] + steps[None, :]).ravel()
            yield from _within(np.repeat(ruled[mine[ats]], len(steps)), all_of, zone, first, last)


def _within(
    rows: NDArray[np.int64], clock: Times, zone: str, first: int, last: int
) -> Iterator[tuple[NDArray[np.int64], Times]]:
    near = (clock >= first - DAY) & (clock < last + DAY)
    utc = in_utc(clock[near], zone)
    held = (utc >= first) & (utc < last)
    yield rows[near][held], utc[held]


def _simple(rule: str) -> tuple[int, int] | None:
    """Days from one occurrence to the next and how many there are, of a rule that says nothing more."""
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";") if part)
    length = {"DAILY": 1, "WEEKLY": 7}.get(parts.pop("FREQ", ""))
    interval, count = parts.pop("INTERVAL", "1"), parts.pop("COUNT", str(_MOST))
    parts.pop("WKST", None)
    if length is None or parts or not interval.isdigit() or not count.isdigit() or interval == "0":
        return None
    return length * int(interval), min(int(count), _MOST)


def _by_rule(rule: str, clock: int, zone: str, first: int, last: int) -> list[int]:
    """The occurrences of any other rule, by the zone's clock."""
    origin = np.datetime64(clock, "us").item()
    told = ends_by_clock(rule, zone)
    try:
        series = rrulestr(told, dtstart=origin)
        low, high = (np.datetime64(at, "us").item() for at in (first - DAY, last + DAY))
        found = []
        for at in series.xafter(low, count=_MOST, inc=True):
            if at >= high:
                break
            found.append(int(np.datetime64(at, "us").astype(np.int64)))
    except (ValueError, TypeError, OverflowError):
        return [clock]
    return found


def ends_by_clock(rule: str, zone: str) -> str:
    """A rule with an end in UTC (`UNTIL=…Z`) told by the zone's clock, as occurrences are."""
    return ";".join(_by_clock_of(part, zone) for part in rule.split(";"))


def _by_clock_of(part: str, zone: str) -> str:
    name, _, value = part.partition("=")
    if name.upper() != "UNTIL" or not value.upper().endswith("Z"):
        return part
    try:
        utc = np.datetime64(f"{value[:4]}-{value[4:6]}-{value[6:11]}:{value[11:13]}:{value[13:15]}", "us")
    except ValueError:
        return part.rstrip("Zz")
    local = by_clock(np.array([utc.astype(np.int64)]), zone)[0]
    return f"UNTIL={np.datetime64(int(local), 'us').item():%Y%m%dT%H%M%S}"


def _not_replaced(
    events: pa.Table, rows: NDArray[np.int64], begins: Times, ruled: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    recurrence = times(events.column("recurrence_id"))
    own = np.flatnonzero(recurrence != np.iinfo(np.int64).min)
    if not len(own):
        return np.ones(len(rows), dtype=bool)
    uids: Any = pc.dictionary_encode(events.column("uid").combine_chunks()).indices
    numbers = np.asarray(uids.fill_null(-1)).astype(np.int64)
    spread = np.flatnonzero(ruled[rows])
    asked = np.rec.fromarrays([numbers[rows[spread]], begins[spread]])
    replaced = np.isin(asked, np.rec.fromarrays([numbers[own], recurrence[own]]))
    kept = np.ones(len(rows), dtype=bool)
    kept[spread[replaced]] = False
    return kept
