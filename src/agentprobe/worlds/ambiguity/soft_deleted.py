"""The ambiguity soft_deleted: accounts that were closed stand beside the one in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.holdings import ago
from agentprobe.worlds.planting.persons import add, other, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.questions import detail_of, looked_up, of
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import CLOSED, plain, word_of
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class SoftDeleted(Ambiguity):
    """Accounts that were closed stand beside the one in use.

    What is there: several records with one name, town and birthday; all but one have a status that says
    closed, and they have other telephone numbers.
    What agents do wrong: they answer from a record that is no longer in use.
    Right: to leave out what is closed, and to act on the record that remains.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.status", "people.city", "people.born")

    def plant(self, stage: Stage) -> Planted:
        people = part(stage)
        closed = word_of(stage.words(people.table, people.status), CLOSED)
        first = target(stage)
        rows = [add(stage, first)]
        for nth in range(stage.k):
            gone = other(stage, first, nth) | {
                people.born: first[people.born],
                people.status: (closed, closed.upper(), f" {closed}")[nth % 3],
            }
            if people.created:
                gone[people.created] = ago(
                    stage, people.table, people.created, 900 + 200 * nth, gone[people.created]
                )
            rows.append(add(stage, gone))
        return Planted(
            ambiguity=self.name,
            keys={people.table: tuple(row[people.key] for row in rows)},
            people=tuple(who(row, people) for row in rows),
            facts={"closed": closed},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        people, one, what = truth.people, planted.people[0], detail_of(truth.cast)
        near = of(truth, planted.keys[people.table], people)
        all_ = truth.fitting(one)
        live = [row for row in all_ if plain(row[people.status]) != plain(planted.facts["closed"])]
        spec = TaskSpec(
            id=f"{self.name}-in-use",
            family="find_one",
            ambiguity=self.name,
            prompt=f"What is the {what.words} of {people.noun} {one.told()[:-1]}? "
            f"Accounts whose status is '{planted.facts['closed']}' do not count.",
        )
        yield looked_up(truth, spec, fitting=live, loosest=len(all_), near=near, what=what)
