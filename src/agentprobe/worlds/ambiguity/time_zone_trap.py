"""The ambiguity time_zone_trap: the day of a meeting is another one where its owner lives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.days import written
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
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth

_ZONES = ("Pacific/Auckland", "Australia/Sydney", "Asia/Tokyo", "America/Los_Angeles", "America/Denver")


class TimeZoneTrap(Ambiguity):
    """The day of a meeting is another one where its owner lives.

    What is there: a calendar in a zone far from UTC, and a meeting whose UTC day is not its owner's day.
    What agents do wrong: they tell day and hour as they stand in the table.
    Right: to turn them into the owner's zone, with summer time.
    """

    needs: ClassVar[tuple[str, ...]] = ("diaries.key", "diaries.zone", "events.key", "attendances.event")

    def plant(self, stage: Stage) -> Planted:
        diaries, events = diaries_of(stage), events_of(stage)
        zone = stage.chance("zone").choice(_ZONES)
        owner = diary(stage, zone=zone)
        day = busy_day(stage)
        ahead = ZoneInfo(zone).utcoffset(at(day, 12).replace(tzinfo=None)) or timedelta()
        hour = 22 if ahead > timedelta() else 2
        title, *others = titles(stage, stage.k + 1)
        event = meeting(stage, owner[diaries.key], at(day, hour, 30), minutes=45, title=title, zone=zone)
        attend(stage, event, owner[diaries.key], YES)
        for nth, name in enumerate(others):
            more = meeting(
                stage, owner[diaries.key], at(day, (hour + 2 + nth) % 24), minutes=30, title=name, zone=zone
            )
            attend(stage, more, owner[diaries.key], YES)
        local = at(day, hour, 30).astimezone(ZoneInfo(zone))
        return Planted(
            ambiguity=self.name,
            keys={diaries.table: (owner[diaries.key],), events.table: (event[events.key],)},
            facts={
                "owner": owner[diaries.owner],
                "zone": zone,
                "title": title,
                "local": local.replace(tzinfo=None).isoformat(),
            },
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        facts = planted.facts
        local = datetime.fromisoformat(facts["local"])
        minute = f"[:.]{local.minute:02}"
        clock = rf"0?{local.hour}{minute}|0?{(local.hour - 1) % 12 + 1}{minute} ?[ap]\.?m"
        yield TaskSpec(
            id=f"{self.name}-day-and-hour",
            family="find_slot",
            ambiguity=self.name,
            prompt=f"On which day and at what time does the meeting “{facts['title']}” of {facts['owner']} "
            f"begin, on the clock where {facts['owner']} is? The calendar says which zone that is; answer as "
            "YYYY-MM-DD HH:MM.",
            matches=f"(?s){written(local.date())}.*?(?i:{clock})",
            asks_back=False,
            fitting=1,
            candidates=1,
        )
