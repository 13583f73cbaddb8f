"""Whether a day that a question asks for has anything in it that could stand in the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.worlds.asked.data import Data
from agentprobe.worlds.asked.finding import Finding
from agentprobe.worlds.asked.phrases import Phrases
from agentprobe.worlds.roles import Role
from agentprobe.worlds.tasks.truth import quoted

_SLOTS = re.compile(
    r"\b(book|schedule|slot|free hour|free time|appointment|visit|meeting|reserve|arrange)", re.IGNORECASE
)
_TABLES = re.compile(
    r"event|slot|taken|booking|appointment|calendar|visit|reserv|meeting|shift", re.IGNORECASE
)


def look(data: Data, phrases: Phrases) -> Iterator[Finding]:
    """How many rows of calendar-like tables lie on the days that a question for a slot speaks of."""
    if not phrases.days or not _SLOTS.search(phrases.prompt):
        return
    counts = []
    for table in data.tables.values():
        days = table.having(Role.DATE)
        if days and _TABLES.search(table.name):
            value = f"left(CAST({quoted(days[0].name)} AS VARCHAR), 10)"
            sql = f"SELECT count(*) FROM {quoted(table.name)} WHERE list_contains(?, {value})"
            asked = sorted(day.isoformat() for day in phrases.days)
            counts.append((int(data.rows(sql, [asked])[0][0]), table.name))
    if counts:
        taken, name = max(counts)
        yield Finding(
            about="calendar",
            said=f"rows of {name} on the day that is asked for: {taken:,}",
            trivial=taken == 0,
            fits=taken,
        )
