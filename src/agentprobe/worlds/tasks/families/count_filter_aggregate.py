"""The family count_filter_aggregate: a figure over rows of which some count and some do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.holdings import open_word
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.family import Family
from agentprobe.worlds.tasks.hearts import people_of
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth, quoted

MOST = 2
"""So many people's cases are counted."""


class CountFilterAggregate(Family):
    """A figure over rows of which some count and some do not.

    The whole table's rows with one status, and those of single people; a page of a search is not the whole,
    and what is not closed is not what is open.
    """

    needs: ClassVar[tuple[str, ...]] = ("cases.key", "cases.status", "cases.person", "people.key")

    def ask(self, stage: Stage, truth: Truth) -> Iterator[TaskSpec]:
        cases, people, word = truth.cast.cases, truth.people, open_word(stage)
        assert cases is not None, "it needs cases"
        column = quoted(cases.status)
        sql = f"SELECT count(*) AS n FROM {quoted(cases.table)} WHERE lower(trim({column})) = ?"
        count = int(truth.rows(sql, [plain(word)])[0]["n"])
        yield TaskSpec(
            id=f"{self.name}-all",
            family=self.name,
            prompt=f"How many {cases.noun}s have the status '{word}' in all, however it is written? "
            "Answer with the number.",
            matches=number(count),
            asks_back=False,
            fitting=count,
            candidates=truth.count(cases.table),
        )
        filled = tuple(one for one in (people.city, people.born) if one)
        owners = {row[cases.person] for row in stage.heart(cases.table)}
        hearts = [one for row, one in people_of(stage, truth, filled=filled) if row[people.key] in owners]
        for nth, one in enumerate(hearts[:MOST]):
            fitting = truth.fitting(one)
            owned = [
                row for key in fitting for row in truth.matching(cases.table, {cases.person: key[people.key]})
            ]
            spec = TaskSpec(
                id=f"{self.name}-of-one-{nth + 1}",
                family=self.name,
                prompt=f"How many {cases.noun}s with the status '{word}', however it is written, does "
                f"{people.noun} {one.told()} have? Answer with the number.",
                matches=number(sum(plain(row[cases.status]) == plain(word) for row in owned)),
                asks_back=False,
                fitting=len(fitting),
                candidates=len(truth.fitting(one, city=False, born=False)),
            )
            yield spec if truth.persons(fitting) == 1 else spec.asking()
