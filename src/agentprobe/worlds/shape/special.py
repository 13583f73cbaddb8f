"""The shapes of what is no plain column: documents, vectors, calendars; taken by the parts that know them."""

from __future__ import annotations

from typing import Any

import msgspec

from agentprobe.worlds.calendars.shape import profile as profile_calendars
from agentprobe.worlds.calendars.tables import SCHEMA
from agentprobe.worlds.documents.grow import TABLE
from agentprobe.worlds.documents.shape import profile as profile_documents
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.source import Reading
from agentprobe.worlds.vectors.shape import profile as profile_vectors

CALENDARS = SCHEMA.names
"""The three tables of calendars, the people first."""
SPELLED_OUT = tuple(column.name for column in TABLE.columns)
"""The columns of grown documents."""

_ID, _TIME = ("integer",), ("timestamp", "text")
_NEEDED: dict[str, dict[str, tuple[str, ...]]] = {
    "calendars": {"calendar_id": _ID},
    "events": {"event_id": _ID, "starts": _TIME, "ends": _TIME},
    "attendances": {"event_id": _ID, "calendar_id": _ID},
}
Told = dict[str, Any]


def documents_of(reading: Reading | WorldFolder, schema: Schema) -> Told:
    """The shape of each table with documents that has any."""
    tables = [t for t in schema.tables if t.having(Role.DOCUMENT) and reading.rows(t.name) != 0]
    if not tables:
        return {}
    return {table.name: msgspec.to_builtins(profile_documents(reading, table)) for table in tables}


def vectors_of(reading: Reading | WorldFolder, schema: Schema) -> Told:
    """The shape of each column of vectors whose table has rows, as TABLE.COLUMN."""
    return {
        f"{table.name}.{column.name}": msgspec.to_builtins(profile_vectors(reading, table, column))
        for table in schema.tables
        for column in table.having(Role.VECTOR)
        if column.kind == "vector" and reading.rows(table.name) != 0
    }


def calendars_of(reading: Reading | WorldFolder, schema: Schema) -> Told:
    """The shape of people's calendars; empty where the three tables are not there, or are empty."""
    if not has_calendars(schema) or any(reading.rows(name) == 0 for name in CALENDARS):
        return {}
    told = profile_calendars(reading, schema)
    plain: Told = msgspec.to_builtins(told)
    return plain if told.people else {}


def has_calendars(schema: Schema) -> bool:
    """Are the three tables there, with the columns that say who is busy when? They may have others."""
    known = {table.name: {column.name: column.kind for column in table.columns} for table in schema.tables}
    return all(
        known.get(name, {}).get(column) in kinds
        for name, columns in _NEEDED.items()
        for column, kinds in columns.items()
    )
