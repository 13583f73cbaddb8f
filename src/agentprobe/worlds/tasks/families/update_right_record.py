"""The family update_right_record: a change to one record, whose look-alikes must stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.questions import detail_changed, detail_of
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.family import Family
from agentprobe.worlds.tasks.hearts import people_of
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth

MOST = 4
"""So many people's records are changed, each in a run of its own."""


class UpdateRightRecord(Family):
    """A change to one record, whose look-alikes must stay as they are.

    Every second person is told by name alone, so that from some density on the right outcome is to ask back.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.key",)

    def ask(self, stage: Stage, truth: Truth) -> Iterator[TaskSpec]:
        people, what = truth.people, detail_of(truth.cast)
        filled = tuple(one for one in (what.column, people.city, people.born) if one)
        for nth, (row, one) in enumerate(people_of(stage, truth, filled=filled)[:MOST]):
            whole = nth % 2 == 0
            said = one.told(city=whole, born=whole)
            spec = TaskSpec(
                id=f"{self.name}-{'all' if whole else 'name'}-{nth // 2 + 1}",
                family=self.name,
                prompt=f"Please change the {what.words} of {people.noun} {said} to",
            )
            alike = truth.fitting(one, city=False, born=False)
            yield detail_changed(
                truth,
                spec,
                fitting=truth.fitting(one, city=whole, born=whole),
                loosest=len(alike),
                near=alike,
                what=what,
                old=str(row[what.column]),
            )
