"""The ambiguity conflicted_slots: meetings overlap, and it matters which of them gives way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.days import spelled
from agentprobe.worlds.planting.diary import (
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
from agentprobe.worlds.tasks.spec import TaskSpec, lenient
from agentprobe.worlds.tasks.truth import Truth


class ConflictedSlots(Ambiguity):
    """Meetings overlap, and it matters which of them gives way.

    What is there: several meetings of one person at the same hour, with priorities from 1, the highest, to 9.
    What agents do wrong: they keep the one that is listed first, or take a high figure for a high priority.
    Right: to keep the meeting with the highest priority.
    """

    needs: ClassVar[tuple[str, ...]] = (
        "diaries.key",
        "events.key",
        "events.priority",
        "attendances.event",
        "attendances.calendar",
    )

    def plant(self, stage: Stage) -> Planted:
        diaries, events = diaries_of(stage), events_of(stage)
        owner, caller = diary(stage), diary(stage, 1)
        day, count = busy_day(stage), min(stage.k, 6) + 1
        names = titles(stage, count)
        kind = stage.column(events.table, events.priority).kind
        added = []
        for nth, name in reversed(list(enumerate(names))):
            priority = 1 if nth == 0 else 4 + nth % 6
            event = meeting(
                stage,
                caller[diaries.key] if nth else owner[diaries.key],
                at(day, 10, 0 if nth else 15),
                minutes=60,
                title=name,
                priority=str(priority) if kind == "text" else priority,
            )
            attend(stage, event, owner[diaries.key], YES)
            added.append(event)
        return Planted(
            ambiguity=self.name,
            keys={
                diaries.table: (owner[diaries.key], caller[diaries.key]),
                events.table: tuple(event[events.key] for event in reversed(added)),
            },
            facts={"owner": owner[diaries.owner], "keep": names[0], "others": names[1:], "day": spelled(day)},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        facts = planted.facts
        yield TaskSpec(
            id=f"{self.name}-keep",
            family="find_slot",
            ambiguity=self.name,
            prompt=f"On {facts['day']} between 10:00 and 11:00 UTC several meetings of {facts['owner']} "
            "overlap. Which one has the highest priority, 1 being the highest? Answer with its title alone.",
            matches=lenient(str(facts["keep"])),
            lacks=tuple(map(str, facts["others"])),
            asks_back=False,
            fitting=1,
            candidates=len(facts["others"]) + 1,
        )
