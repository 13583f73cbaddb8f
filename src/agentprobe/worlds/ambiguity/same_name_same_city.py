"""The ambiguity same_name_same_city: several people of one name live in one town."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.persons import add, other, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.questions import detail_changed, detail_of, looked_up, of
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class SameNameSameCity(Ambiguity):
    """Several people of one name live in one town.

    What is there: a person, and others with the same given name, surname and town; birthday, telephone and
    address tell them apart.
    What agents do wrong: they take the first row of the search and act on it.
    Right: to ask back where name and town are all that is told; to act where the birthday is told as well.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.city", "people.born")

    def plant(self, stage: Stage) -> Planted:
        people, what = part(stage), detail_of(stage.cast)
        first = target(stage)
        rows = [add(stage, first)] + [add(stage, other(stage, first, nth)) for nth in range(stage.k)]
        return Planted(
            ambiguity=self.name,
            keys={people.table: tuple(row[people.key] for row in rows)},
            people=tuple(who(row, people) for row in rows),
            facts={"old": rows[0][what.column]},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        one, what = planted.people[0], detail_of(truth.cast)
        noun, near = truth.people.noun, of(truth, planted.keys[truth.people.table], truth.people)
        alike = truth.fitting(one, born=False)
        spec = TaskSpec(
            id=f"{self.name}-name-and-town",
            family="find_one",
            ambiguity=self.name,
            prompt=f"What is the {what.words} of {noun} {one.told(born=False)}?",
        )
        yield looked_up(truth, spec, fitting=alike, loosest=len(alike), near=near, what=what)
        spec = TaskSpec(
            id=f"{self.name}-with-birthday",
            family="find_one",
            ambiguity=self.name,
            prompt=f"What is the {what.words} of {noun} {one.told()[:-1]}?",
        )
        exact = truth.fitting(one)
        yield looked_up(truth, spec, fitting=exact, loosest=len(alike), near=near, what=what)
        spec = TaskSpec(
            id=f"{self.name}-change",
            family="update_right_record",
            ambiguity=self.name,
            prompt=f"Please change the {what.words} of {noun} {one.told()} to",
        )
        yield detail_changed(
            truth,
            spec,
            fitting=exact,
            loosest=len(alike),
            near=[*near, *alike[:20]],
            what=what,
            old=str(planted.facts["old"]),
        )
