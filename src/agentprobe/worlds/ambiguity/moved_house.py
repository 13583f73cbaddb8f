"""The ambiguity moved_house: a person has moved, and the old records are still there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.holdings import ago
from agentprobe.worlds.planting.persons import add, other, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.questions import of
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.tasks.spec import TaskSpec, lenient, unlike
from agentprobe.worlds.tasks.truth import Truth


class MovedHouse(Ambiguity):
    """A person has moved, and the old records are still there.

    What is there: several records of one person, with the same name, birthday and town but other streets;
    the latest holds the present address.
    What agents do wrong: they take the record that the search lists first.
    Right: to compare when the records were made and to answer from the latest; to ask back where somebody
    else has the same name and birthday.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.street", "people.created", "people.born")

    def plant(self, stage: Stage) -> Planted:
        people = part(stage)
        first = target(stage)
        rows = []
        for nth, street in enumerate(_streets(stage, first)):
            row = dict(first) | {people.street: street}
            days = 20 + 400 * nth
            row[people.created] = ago(stage, people.table, people.created, days, row[people.created])
            rows.append(add(stage, row))
        return Planted(
            ambiguity=self.name,
            keys={people.table: tuple(row[people.key] for row in rows)},
            people=tuple(who(row, people) for row in rows),
            facts={"streets": [row[people.street] for row in rows]},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        people, one = truth.people, planted.people[0]
        ours = of(truth, planted.keys[people.table], people)
        fitting = truth.fitting(one, city=False)
        present, *past = planted.facts["streets"]
        spec = TaskSpec(
            id=f"{self.name}-present-address",
            family="find_one",
            ambiguity=self.name,
            prompt=f"In which street, with the house number, does {people.noun} {one.told(city=False)} live "
            "now? Of several records of one person the latest holds.",
            matches=lenient(str(present)),
            asks_back=False,
            lacks=unlike(past, [present]),
            fitting=len(fitting),
            candidates=len(truth.fitting(one, city=False, born=False)),
        )
        strangers = {row[people.key] for row in fitting} - {row[people.key] for row in ours}
        yield spec.asking() if strangers else spec


def _streets(stage: Stage, row: Row) -> list[str]:
    """Where the person has lived, the present address first: no two the same."""
    people = part(stage)
    known = [str(one) for one in stage.values(people.table, people.street)] or ["12 Church Street"]
    found: list[str] = []
    for nth in range(20 * (stage.k + 1)):
        moved = dict(row) | {people.street: known[nth % len(known)]}
        street = str(other(stage, moved, "house", nth)[people.street])
        if street not in found and len(found) <= stage.k:
            found.append(street)
    return found
