"""Replace what calendars say, and keep when they say it: conflicts, series and who meets whom stay."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.calendars import naming
from agentprobe.worlds.calendars.moving import TIMES, moved_column
from agentprobe.worlds.calendars.tables import CALENDARS, EVENTS, CalendarTables
from agentprobe.worlds.draws import numbers
from agentprobe.worlds.keys import Key
from agentprobe.worlds.untyped import array, pc

Cleaning: TypeAlias = "Callable[[pa.Array[Any]], pa.Array[Any]]"
_YEAR, _FEW = 52, 3


def weeks(key: Key) -> int:
    """By how many weeks all times are moved: about a year or two, so that seasons stay where they were.

    All calendars are moved alike, since slots are looked for across them; who knows when one meeting was
    knows when all were. Such a world stays personal data.
    """
    bits = int.from_bytes(key.sub("calendars", "weeks")[:8], "big")
    around = bits % (2 * _FEW + 1) - _FEW
    return (-1 if bits >> 8 & 1 else 1) * _YEAR * (1 + (bits >> 9 & 1)) + around


def sanitised(tables: CalendarTables, key: Key, cleaned: Cleaning) -> CalendarTables:
    """The same calendars with other titles, owners, ids and times; `cleaned` replaces the words of titles."""
    moved_by = weeks(key)
    maps = _Ids(key)
    calendars = tables.calendars
    numbers_ = maps.mapped(calendars.column("calendar_id"), "calendar")
    owners = naming.owners(np.asarray(numbers_.cast(pa.int64())).astype(np.int64), maps.seed)
    calendars = pa.table(
        [
            numbers_,
            pc.if_else(pc.is_valid(calendars.column("owner")), owners, None),
            calendars.column("time_zone"),
        ],
        schema=schema_of(CALENDARS),
    )
    events = tables.events.combine_chunks()
    batch = moved("events", events.to_batches()[0], moved_by, cleaned) if events.num_rows else None
    told = pa.Table.from_batches([batch]) if batch is not None else events
    for name, domain in (("event_id", "event"), ("organiser", "calendar")):
        told = told.set_column(told.column_names.index(name), name, maps.mapped(told.column(name), domain))
    uids = pc.dictionary_encode(told.column("uid").combine_chunks())
    called: Any = naming.uids(maps.texts(uids.dictionary), maps.seed).take(uids.indices)
    told = told.set_column(told.column_names.index("uid"), "uid", called)
    attendances = tables.attendances
    for name, domain in (("event_id", "event"), ("calendar_id", "calendar")):
        place = attendances.column_names.index(name)
        attendances = attendances.set_column(place, name, maps.mapped(attendances.column(name), domain))
    return CalendarTables(
        calendars=calendars,
        events=told.cast(schema_of(EVENTS)),
        attendances=attendances.cast(tables.attendances.schema),
    )


def moved(table: str, batch: pa.RecordBatch, by_weeks: int, cleaned: Cleaning) -> pa.RecordBatch:
    """A batch of the table `events` moved in time and with its titles cleaned; others stay as they are."""
    if table != EVENTS.name:
        return batch
    columns = {name: batch.column(name) for name in batch.schema.names}
    days = np.full(batch.num_rows, by_weeks * 7)
    for name in (*TIMES, "rule"):
        columns[name] = moved_column(name, batch, days)
    titles = pc.dictionary_encode(columns["title"])
    columns["title"] = cleaned(titles.dictionary).take(titles.indices)
    return pa.record_batch(list(columns.values()), names=list(columns))


class _Ids:
    """Other numbers for calendars and events, the same for the same one."""

    def __init__(self, key: Key) -> None:
        self.seed = int.from_bytes(key.sub("calendars", "ids")[:8], "big")

    def mapped(self, column: pa.ChunkedArray[Any], domain: str) -> pa.Array[Any]:
        whole: Any = column.combine_chunks()
        given = np.asarray(whole.fill_null(0)).astype(np.int64)
        found = (numbers(self.seed, domain, given) >> np.uint64(11)).astype(np.int64)
        made: pa.Array[Any] = array(found, mask=np.asarray(whole.is_null()))
        return made

    def texts(self, words: pa.Array[Any]) -> NDArray[np.int64]:
        secret = self.seed.to_bytes(8, "big")
        digests = [
            blake2b(word.encode(), digest_size=8, key=secret).digest() for word in map(str, words.to_pylist())
        ]
        return np.frombuffer(b"".join(digests), dtype=">i8").astype(np.int64)
