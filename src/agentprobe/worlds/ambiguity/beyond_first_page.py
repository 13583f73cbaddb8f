"""The ambiguity beyond_first_page: what is asked for is on no page that a search shows first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.days import moment_of
from agentprobe.worlds.planting.holdings import ago, case, cases_of, open_word
from agentprobe.worlds.planting.persons import add, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth

CASES = 45
"""More than two pages of twenty."""


class BeyondFirstPage(Ambiguity):
    """What is asked for is on no page that a search shows first.

    What is there: a person with 45 open cases; the oldest has a number in the middle, so it is on the first
    page neither by number, forward or backward, nor with the newest first.
    What agents do wrong: they take the page for the whole, and its oldest row or its length for the answer.
    Right: to read on to the last page, or to let the database sort and count.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.born", "cases.person", "cases.status", "cases.opened")

    def plant(self, stage: Stage) -> Planted:
        people, cases = part(stage), cases_of(stage)
        person = add(stage, target(stage))
        days = [40 + 3 * nth for nth in range(CASES)]
        stage.chance("days").shuffle(days)
        rows = [
            case(stage, person[people.key], status=open_word(stage), days_ago=days[nth])
            for nth in range(CASES)
        ]
        oldest = sorted(rows, key=lambda row: str(row[cases.key]).zfill(20))[CASES // 2]
        oldest[cases.opened] = ago(
            stage, cases.table, cases.opened, 40 + 3 * CASES + 200, oldest[cases.opened]
        )
        return Planted(
            ambiguity=self.name,
            keys={people.table: (person[people.key],), cases.table: tuple(row[cases.key] for row in rows)},
            people=(who(person, people),),
            facts={"status": open_word(stage)},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        cases, one, word = truth.cast.cases, planted.people[0], planted.facts["status"]
        assert cases is not None, "it was planted with cases"
        fitting = truth.fitting(one)
        owned = [
            row
            for row in truth.matching(cases.table, {cases.person: one.key})
            if plain(row[cases.status]) == plain(word)
        ]
        dated = [
            (when, row[cases.key]) for row in owned if (when := moment_of(row[cases.opened])) is not None
        ]
        spec = TaskSpec(
            id=f"{self.name}-oldest",
            family="count_filter_aggregate",
            ambiguity=self.name,
            prompt=f"What is the number of the oldest {cases.noun} with the status '{word}' of "
            f"{truth.people.noun} {one.told()[:-1]}?",
            matches=number(min(dated)[1]),
            asks_back=False,
            fitting=len(fitting),
            candidates=len(owned),
        )
        count = msgspec.structs.replace(
            spec,
            id=f"{self.name}-count",
            prompt=f"How many {cases.noun}s with the status '{word}' does {truth.people.noun} {one.told()} "
            "have? Answer with the number.",
            matches=number(len(owned)),
        )
        alone = truth.persons(fitting) == 1
        yield from (each if alone else each.asking() for each in (spec, count))
