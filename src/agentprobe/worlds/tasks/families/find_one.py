"""The family find_one: a detail of somebody who is told by more or by less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.questions import WATCHED, detail_of, looked_up
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.family import Family
from agentprobe.worlds.tasks.hearts import people_of
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth

MOST = 2
"""So many people are asked for at each level."""


class FindOne(Family):
    """A detail of somebody who is told by surname, by name, by name and town, or with the birthday as well.

    Right is to answer while one person fits, and to ask back from the density on at which several do.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.key",)

    def ask(self, stage: Stage, truth: Truth) -> Iterator[TaskSpec]:
        people, what = truth.people, detail_of(truth.cast)
        filled = tuple(one for one in (what.column, people.city, people.born) if one)
        hearts = people_of(stage, truth, filled=filled)
        levels = [("surname", False, False, False), ("name", True, False, False)]
        levels += [("name-and-town", True, True, False)] if people.city else []
        levels += [("all", True, bool(people.city), True)] if people.born else []
        for nth, (_, one) in enumerate(hearts[: MOST * len(levels)]):
            level, given, city, born = levels[nth % len(levels)]
            said = one.told(city=city, born=born).removesuffix(",")
            said = said if given else said.removeprefix(f"{one.given} ")
            spec = TaskSpec(
                id=f"{self.name}-{level}-{nth // len(levels) + 1}",
                family=self.name,
                prompt=f"What is the {what.words} of {people.noun} {said}?",
            )
            alike = truth.fitting(one, given=given, city=False, born=False)
            fitting = truth.fitting(one, given=given, city=city, born=born)
            near = truth.strangers(alike[:WATCHED], fitting)
            yield looked_up(truth, spec, fitting=fitting, loosest=len(alike), near=near, what=what)
