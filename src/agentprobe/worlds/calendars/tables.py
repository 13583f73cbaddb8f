"""The three tables of calendars, see the package's description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from agentprobe.worlds.arrow import schema_of
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, ForeignKey, Schema, Table
from agentprobe.worlds.source import Reading

CONFIRMED, TENTATIVE, CANCELLED = STATUSES = ("confirmed", "tentative", "cancelled")
ACCEPTED, MAYBE, DECLINED, WAITING = RESPONSES = ("accepted", "tentative", "declined", "needs-action")


def _id(name: str) -> Column:
    return Column(name=name, kind="integer", role=Role.IDENTIFIER, nullable=False, domain=name)


CALENDARS = Table(
    name="calendars",
    key=("calendar_id",),
    columns=(
        Column(
            name="calendar_id", kind="integer", role=Role.IDENTIFIER, nullable=False, domain="calendar_id"
        ),
        Column(name="owner", kind="text", role=Role.EMAIL),
        Column(name="time_zone", kind="text", role=Role.CATEGORY),
    ),
)
EVENTS = Table(
    name="events",
    key=("event_id",),
    columns=(
        _id("event_id"),
        Column(name="uid", kind="text", role=Role.IDENTIFIER, domain="event_uid"),
        Column(name="organiser", kind="integer", role=Role.IDENTIFIER, domain="calendar_id"),
        Column(name="title", kind="text", role=Role.TITLE),
        Column(name="starts", kind="timestamp", role=Role.DATE, zoned=True),
        Column(name="ends", kind="timestamp", role=Role.DATE, zoned=True),
        Column(name="time_zone", kind="text", role=Role.CATEGORY),
        Column(name="all_day", kind="boolean", role=Role.FLAG),
        Column(name="priority", kind="integer", role=Role.CATEGORY),
        Column(name="status", kind="text", role=Role.CATEGORY),
        Column(name="transparent", kind="boolean", role=Role.FLAG),
        Column(name="rule", kind="text", role=Role.CATEGORY),
        Column(name="recurrence_id", kind="timestamp", role=Role.DATE, zoned=True),
    ),
    references=(ForeignKey(columns=("organiser",), table="calendars", to=("calendar_id",)),),
)
ATTENDANCES = Table(
    name="attendances",
    key=("event_id", "calendar_id"),
    columns=(
        _id("event_id"),
        Column(
            name="calendar_id", kind="integer", role=Role.IDENTIFIER, nullable=False, domain="calendar_id"
        ),
        Column(name="response", kind="text", role=Role.CATEGORY),
        Column(name="required", kind="boolean", role=Role.FLAG),
    ),
    references=(
        ForeignKey(columns=("event_id",), table="events", to=("event_id",)),
        ForeignKey(columns=("calendar_id",), table="calendars", to=("calendar_id",)),
    ),
)
SCHEMA = Schema(tables=(CALENDARS, EVENTS, ATTENDANCES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the three tables are called in a world, if not as here."""

    calendars: str = "calendars"
    events: str = "events"
    attendances: str = "attendances"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTables:
    """All rows of the three tables."""

    calendars: pa.Table
    events: pa.Table
    attendances: pa.Table


def tables_of(reading: Reading, names: Names = Names()) -> CalendarTables:
    """Read the three tables whole, with their columns in our order; one that is not there is all nulls."""

    def whole(name: str, table: Table) -> pa.Table:
        wanted = schema_of(table)
        held = {column.name for column in reading.schema.table(name).columns}
        batches = list(reading.batches(name, [field.name for field in wanted if field.name in held]))
        if not batches:
            return wanted.empty_table()
        rows = pa.Table.from_batches(batches)
        for field in wanted:
            if field.name not in held:  # left out of the world: nobody knows it there
                rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
        return pa.table([_cast(rows[field.name], field.type) for field in wanted], schema=wanted)

    return CalendarTables(
        calendars=whole(names.calendars, CALENDARS),
        events=whole(names.events, EVENTS),
        attendances=whole(names.attendances, ATTENDANCES),
    )


def _cast(column: pa.ChunkedArray[Any], kind: pa.DataType) -> pa.ChunkedArray[Any]:
    """A column in our type; a database without dates keeps them as text, in UTC where no zone is said.

    A text that is no moment is a missing one.
    """
    if not (pa.types.is_string(column.type) and pa.types.is_timestamp(kind)):
        return column.cast(kind)
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:
        begun = pc.replace_substring(pc.utf8_slice_codeunits(column, 0, 19), "T", " ")
        told: Any = pc.strptime(begun, format="%Y-%m-%d %H:%M:%S", unit="us", error_is_null=True)
        found: pa.ChunkedArray[Any] = pc.assume_timezone(told, "UTC")
        return found


def holds_calendars(schema: Schema, names: Names = Names()) -> bool:
    """Are the three tables there, with their columns?"""
    for name, table in (
        (names.calendars, CALENDARS),
        (names.events, EVENTS),
        (names.attendances, ATTENDANCES),
    ):
        found = next((one for one in schema.tables if one.name == name), None)
        if found is None or not {one.name for one in table.columns} <= {one.name for one in found.columns}:
            return False
    return True
