"""A free hour for several people."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.calendars.measure import MeasuredCalendars, Slots, measured
from agentprobe.worlds.fidelity.asking import Asking
from agentprobe.worlds.fidelity.columns import Columns
from agentprobe.worlds.fidelity.result import Observed, Query
from agentprobe.worlds.fidelity.spreads import of_scores
from agentprobe.worlds.schema import Table

TABLES = ("calendars", "events", "attendances")
COLUMNS = {"event_id", "calendar_id"}
SHOWN = (2, 5)
"""The spread of free slots is kept for an hour within a week."""


class FreeSlot(Asking):
    """Ask for a free slot: so many people, so long, within so many days."""

    title = "free slot"
    streams = True

    @classmethod
    def asked_of(cls, table: Table) -> Iterator[tuple[str, ...]]:
        """Who takes part in which meeting."""
        if table.name == TABLES[-1] and {column.name for column in table.columns} >= COLUMNS:
            yield ("calendar_id",)

    @classmethod
    def observe(cls, query: Query, columns: Columns) -> Observed:
        """Searches among people who meet anyway and among any."""
        reading = columns.whole()
        gone = [name for name in TABLES if name not in reading.schema.names]
        if gone:
            return Observed(query=query, missing=f"there is no table {', '.join(gone)}")
        there: MeasuredCalendars = measured(reading)
        searches = [slots for slots in there.slots if len(slots.free)]
        if not searches:
            return Observed(query=query, missing="there are too few people to meet")
        n = min(len(slots.free) for slots in searches)
        kinds = dict.fromkeys((slots.attendees, slots.colleagues) for slots in searches)
        week = [slots for slots in searches if (slots.slots, slots.days) == SHOWN]
        return Observed(
            query=query,
            n=n,
            independent=min(n, there.people),  # the same few people are asked again and again
            scores={f"free, {_told(*_kind(slots))}": of_scores(slots.free) for slots in week},
            shares={f"no slot, {_told(*kind)}": _none(searches, kind) for kind in kinds},
        )


def _kind(slots: Slots) -> tuple[int, bool]:
    return slots.attendees, slots.colleagues


def _told(attendees: int, colleagues: bool) -> str:
    """Who is sought for, in words."""
    return f"{attendees} {'colleagues' if colleagues else 'people'}"


def _none(searches: list[Slots], kind: tuple[int, bool]) -> float:
    """The share of searches for such people that find nothing, over all lengths and windows."""
    none = [slots.none for slots in searches if _kind(slots) == kind]
    return round(sum(none) / len(none), 5)
