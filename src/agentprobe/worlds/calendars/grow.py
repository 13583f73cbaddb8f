"""Grow any number of people's calendars from a shape."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from agentprobe.worlds.calendars.growing import grown
from agentprobe.worlds.calendars.shape import CalendarShape, growth_of


def grow(shape: CalendarShape, people: int, seed: int) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The rows of `calendars`, `events` and `attendances`, as (table, batch), a house of people at a time.

    Fewer people's rows are the beginning of more people's in each table, and their load is the same.
    """
    return grown(growth_of(shape), people, seed)
