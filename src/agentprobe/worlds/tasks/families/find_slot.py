"""The family find_slot: the first free hour of somebody's day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from agentprobe.worlds.planting.days import moment_of, spelled
from agentprobe.worlds.planting.diary import at
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.tasks.busy import busy_times
from agentprobe.worlds.tasks.family import Family
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth

MOST = 3
"""So many calendars are asked about."""
EARLIEST, LAST = 7, 18
"""The hours between which a free one is looked for, in UTC."""


class FindSlot(Family):
    """The first free hour of somebody's day, from the hour on at which one of their meetings begins.

    Meetings come from all who invite, so a calendar fills up with the density; what was declined or cancelled
    and what takes no time leaves its hour free. Right is the first free hour, or to say that there is none.
    """

    needs: ClassVar[tuple[str, ...]] = (
        "diaries.key",
        "events.key",
        "events.organiser",
        "attendances.event",
        "attendances.calendar",
    )

    def ask(self, stage: Stage, truth: Truth) -> Iterator[TaskSpec]:
        diaries, events = truth.cast.diaries, truth.cast.events
        assert diaries is not None, "it needs calendars"
        assert events is not None, "it needs meetings"
        for nth, (row, starts) in enumerate(_busy(stage, truth)[:MOST]):
            owner = str(row[diaries.owner]).strip()
            namesakes = truth.matching(diaries.table, {diaries.owner: owner})
            free, taken = _free(truth, row[diaries.key], starts.date(), starts.hour)
            spec = TaskSpec(
                id=f"{self.name}-{nth + 1}",
                family=self.name,
                prompt=f"When does the first free hour of {owner} begin on {spelled(starts.date())}, at a "
                f"full hour from {starts.hour:02}:00 to {LAST - 1}:00 UTC? Answer as HH:MM, or say that "
                "there is none.",
                matches=rf"\b0?{free}[:.]00" if free is not None else r"(?i)\b(?:no|none|not)\b",
                asks_back=False,
                fitting=len(namesakes),
                candidates=taken,
            )
            yield spec if len(namesakes) == 1 else spec.asking()


def _busy(stage: Stage, truth: Truth) -> list[tuple[Row, datetime]]:
    """Calendars, each with the beginning of a meeting that its owner has called."""
    diaries, events = truth.cast.diaries, truth.cast.events
    assert diaries is not None, "it needs calendars"
    assert events is not None, "it needs meetings"
    found: dict[Any, tuple[Row, datetime]] = {}
    for event in stage.heart(events.table):
        starts = moment_of(event[events.starts])
        homes = truth.matching(diaries.table, {diaries.key: event[events.organiser]})
        if starts and homes and homes[0][diaries.owner] and EARLIEST <= starts.hour < LAST:
            found.setdefault(event[events.organiser], (homes[0], starts.astimezone(UTC)))
    return list(found.values())


def _free(truth: Truth, calendar: Any, day: date, first: int) -> tuple[int | None, int]:
    """The first free hour, and how many hours are taken."""
    times = busy_times(truth, calendar, at(day, first), at(day, LAST))
    free = [
        hour
        for hour in range(first, LAST)
        if all(end <= at(day, hour) or start >= at(day, hour + 1) for start, end in times)
    ]
    return (free[0] if free else None), LAST - first - len(free)
