"""The ambiguity merged_account: what belongs to one person hangs on two accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.holdings import ago, case, closed_word, open_word
from agentprobe.worlds.planting.persons import add, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth


class MergedAccount(Ambiguity):
    """What belongs to one person hangs on two accounts.

    What is there: an old account that was merged into a new one of the same person, says so in its status
    and its notes, and still owns some of the cases.
    What agents do wrong: they count what hangs on one of the two.
    Right: to take both accounts together, or to ask back where the birthday fits other people as well.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.status", "people.born", "cases.person", "cases.status")

    def plant(self, stage: Stage) -> Planted:
        people = part(stage)
        live = target(stage)
        rows = [add(stage, live)]
        old = dict(live) | {people.status: "merged"}
        if people.created:
            old[people.created] = ago(stage, people.table, people.created, 1_400, live[people.created])
        if people.notes:
            old[people.notes] = f"Account merged into {rows[0][people.key]}; use that one."
        rows.append(add(stage, old))
        new, merged = (row[people.key] for row in rows)
        here = open_word(stage)
        added = [
            case(stage, new, status=here, days_ago=9),
            case(stage, new, status=closed_word(stage), days_ago=40),
        ]
        added += [case(stage, merged, status=here, days_ago=60 + nth) for nth in range(stage.k)]
        cases = stage.cast.cases
        assert cases is not None, "it needs cases"
        return Planted(
            ambiguity=self.name,
            keys={
                people.table: (new, merged),
                cases.table: tuple(row[cases.key] for row in added),
            },
            people=tuple(who(row, people) for row in rows),
            facts={"status": here},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        people, cases, one = truth.people, truth.cast.cases, planted.people[0]
        assert cases is not None, "it was planted with cases"
        fitting = truth.fitting(one)
        count = 0
        for row in fitting:
            owned = truth.matching(cases.table, {cases.person: row[people.key]})
            count += sum(plain(one[cases.status]) == plain(planted.facts["status"]) for one in owned)
        spec = TaskSpec(
            id=f"{self.name}-count",
            family="count_filter_aggregate",
            ambiguity=self.name,
            prompt=f"How many {cases.noun}s with the status '{planted.facts['status']}' does {people.noun} "
            f"{one.told()} have, over all accounts of that person? Answer with the number.",
            matches=number(count),
            asks_back=False,
            fitting=len(fitting),
            candidates=len(truth.fitting(one, born=False)),
        )
        strangers = {row[people.key] for row in fitting} - set(planted.keys[people.table])
        yield spec.asking() if strangers else spec
