"""The ambiguity swapped_day_month: two birthdays are the same figures in another order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.days import as_day, day_of
from agentprobe.worlds.planting.persons import add, other, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.questions import detail_of, looked_up, of
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class SwappedDayMonth(Ambiguity):
    """Two birthdays are the same figures in another order.

    What is there: two people of one name and town, one born on 3 April and one on 4 March of the same year,
    and further namesakes of other years.
    What agents do wrong: they read 03/04 in the way they are used to.
    Right: to act where the month is written out; to ask back where figures alone leave two people.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.city", "people.born")

    def plant(self, stage: Stage) -> Planted:
        people = part(stage)
        column = stage.column(people.table, people.born)
        first = target(stage)
        chance = stage.chance("days")
        year = (day_of(first[people.born]) or date(1980, 1, 1)).year
        day, month = sorted(chance.sample(range(1, 13), 2))
        days = [date(year, month, day), date(year, day, month)]
        days += [date(year - nth, month, day) for nth in range(1, stage.k)]
        rows = []
        for nth, born in enumerate(days):
            row = other(stage, first, nth)
            rows.append(add(stage, row | {people.born: as_day(column, born, row[people.born])}))
        return Planted(
            ambiguity=self.name,
            keys={people.table: tuple(row[people.key] for row in rows)},
            people=tuple(who(row, people) for row in rows),
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        one, swapped, what = planted.people[0], planted.people[1], detail_of(truth.cast)
        near = of(truth, planted.keys[truth.people.table], truth.people)
        alike = len(truth.fitting(one, born=False))
        day = day_of(one.born)
        assert day is not None, "it was planted with a birthday"
        either = [*truth.fitting(one), *truth.fitting(swapped)]
        figures = f"{one.told(born=False)}, born {day:%d/%m/%Y}"
        for name, told, fitting in (
            ("figures", figures, either),
            ("written-out", one.told()[:-1], truth.fitting(one)),
        ):
            spec = TaskSpec(
                id=f"{self.name}-{name}",
                family="find_one",
                ambiguity=self.name,
                prompt=f"What is the {what.words} of {truth.people.noun} {told}?",
            )
            yield looked_up(truth, spec, fitting=fitting, loosest=alike, near=near, what=what)
