"""Calendars: people who meet, so that a slot is hard to find."""

from __future__ import annotations

import msgspec
import numpy as np

from agentprobe.worlds.calendars.patterns import LARGEST, LONGEST
from agentprobe.worlds.calendars.shape import CalendarShape, Weighed
from agentprobe.worlds.calendars.tables import SCHEMA
from agentprobe.worlds.shape.model import Shape, TableShape
from agentprobe.worlds.shapes._built_in import BuiltIn

_PEOPLE = 10_000
_DAY = (0.0, 0.02, 0.1, 0.3, 0.8, 1.0, 0.9, 0.5, 0.4, 0.9, 1.0, 0.9, 0.6, 0.3, 0.1, 0.04)
"""How much is on at each half hour from 7 to 15 o'clock, doubled below to the hours from 7 to 19."""


class Calendar(BuiltIn):
    """People's calendars, half of their busy time spent in meetings; chosen, not measured.

    That half of the load is shared follows `facts`: at this share four people find no free hour in few cases,
    where independent calendars of the same load would leave most of them without.
    """

    @classmethod
    def shape(cls) -> Shape:
        """The shape."""
        return Shape(name="calendar", tables=calendars(_PEOPLE), calendars=how_full(_PEOPLE))


def calendars(people: int) -> tuple[TableShape, ...]:
    """The three tables; their rows are made by `calendars`."""
    many = dict(zip(SCHEMA.names, (people, people * 30, people * 60), strict=True))
    return tuple(TableShape(table=table, rows=many[table.name], fields=()) for table in SCHEMA.tables)


def how_full(people: int) -> dict[str, object]:
    """How full the calendars are, and with what."""
    working = np.zeros((7, 48))
    working[:5, 14:38] = np.interp(np.linspace(0, 15, 24), np.arange(16), _DAY)
    hours = tuple(np.round(working.ravel() / working.sum(), 6).tolist())
    shape = CalendarShape(
        people=people,
        start="2026-01-05",
        zones=_weighed("Europe/Berlin 0.45, Europe/London 0.25, America/New_York 0.2, Asia/Kolkata 0.1"),
        hours=hours,
        own_hours=hours,
        load=tuple(np.round(np.linspace(0.15, 0.8, 32), 4).tolist()),
        shared=0.6,
        sizes=_falling(LARGEST - 1, 0.62),
        lengths=(0.42, 0.4, 0.06, 0.08, 0.01, 0.02, *(0.002,) * (LONGEST - 6)),
        own_lengths=(0.3, 0.34, 0.1, 0.16, 0.02, 0.06, *(0.004,) * (LONGEST - 6)),
        patterns=(0.52, 0.06, 0.27, 0.1, 0.05),
        own_patterns=(0.8, 0.03, 0.13, 0.03, 0.01),
        priorities=(0.7, 0.05, 0.0, 0.0, 0.0, 0.2, 0.0, 0.0, 0.0, 0.05),
        statuses=_weighed("confirmed 0.88, tentative 0.1, cancelled 0.02"),
        responses=_weighed("accepted 0.7, tentative 0.1, declined 0.07, needs-action 0.13"),
        required=0.82,
        transparent=0.04,
        whole_days=0.8,
        exceptions=0.25,
        tight=0.6,
    )
    told: dict[str, object] = msgspec.to_builtins(shape)
    return told


def _falling(many: int, share: float) -> tuple[float, ...]:
    weights = share ** np.arange(many)
    return tuple(np.round(weights / weights.sum(), 5).tolist())


def _weighed(text: str) -> tuple[Weighed, ...]:
    pairs = (one.rsplit(" ", 1) for one in text.split(", "))
    return tuple(Weighed(value=value, weight=float(weight)) for value, weight in pairs)
