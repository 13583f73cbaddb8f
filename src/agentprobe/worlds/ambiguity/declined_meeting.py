"""The ambiguity declined_meeting: what stands in a calendar does not always take time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.days import spelled
from agentprobe.worlds.planting.diary import (
    NO,
    YES,
    at,
    attend,
    busy_day,
    diaries_of,
    diary,
    events_of,
    meeting,
    titles,
)
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class DeclinedMeeting(Ambiguity):
    """What stands in a calendar does not always take time.

    What is there: a day full of meetings, of which the owner has declined one, and an hour at its end that is
    free in any case.
    What agents do wrong: they count the declined meeting as busy and offer a later hour.
    Right: to offer the hour of the meeting that was declined, which is the first that is free.
    """

    needs: ClassVar[tuple[str, ...]] = (
        "diaries.key",
        "events.key",
        "attendances.event",
        "attendances.calendar",
        "attendances.response",
    )

    def plant(self, stage: Stage) -> Planted:
        diaries, events = diaries_of(stage), events_of(stage)
        owner, caller, day = diary(stage), diary(stage, 1), busy_day(stage)
        free = 10 + stage.chance("free").randrange(4)
        hours = list(range(9, 16))
        added = []
        for hour, name in zip(hours, titles(stage, len(hours)), strict=True):
            event = meeting(stage, caller[diaries.key], at(day, hour), minutes=60, title=name)
            attend(stage, event, caller[diaries.key], YES)
            attend(stage, event, owner[diaries.key], NO if hour == free else YES)
            added.append(event)
        return Planted(
            ambiguity=self.name,
            keys={
                diaries.table: (owner[diaries.key], caller[diaries.key]),
                events.table: tuple(event[events.key] for event in added),
            },
            facts={"owner": owner[diaries.owner], "free": free, "day": spelled(day)},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        facts = planted.facts
        yield TaskSpec(
            id=f"{self.name}-first-free-hour",
            family="find_slot",
            ambiguity=self.name,
            prompt=f"When does the first free hour of {facts['owner']} begin on {facts['day']}, from 09:00 "
            "UTC on? A meeting that was declined takes no time. Answer as HH:MM, in UTC.",
            matches=rf"\b0?{facts['free']}[:.]00",
            lacks=("16:00", "17:00"),
            asks_back=False,
            fitting=1,
            candidates=2,
        )
