"""The ambiguity typo_twin: two people's names differ by one slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from rapidfuzz.distance import OSA

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.days import day_of
from agentprobe.worlds.planting.persons import add, name, names_of, other, part, target, who
from agentprobe.worlds.planting.planted import Planted, Who
from agentprobe.worlds.planting.questions import detail_changed, detail_of, looked_up, of
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.planting.vocabulary import misspelt, plain
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth

REACH = 2
"""So many slips still make a name one that may be meant."""


class TypoTwin(Ambiguity):
    """Two people's names differ by one slip of the pen.

    What is there: a person, and others of the same given name and town whose surnames are one letter away.
    What agents do wrong: a search that forgives errors finds all, and they take the one it lists first; or
    they take the only exact hit although the name was misspelt.
    Right: to act on the exact name where one person has it; where the name is misspelt, to act if the
    birthday decides, and to ask back if nothing does.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.city", "people.born")

    def plant(self, stage: Stage) -> Planted:
        people, what = part(stage), detail_of(stage.cast)
        first = target(stage, least=5)
        given, surname = names_of(first, people)
        rows = [add(stage, first)]
        for nth in range(stage.k):
            twin = dict(first)
            name(twin, people, given, misspelt(surname, nth))
            rows.append(add(stage, other(stage, twin, nth)))
        return Planted(
            ambiguity=self.name,
            keys={people.table: tuple(row[people.key] for row in rows)},
            people=tuple(who(row, people) for row in rows),
            facts={
                "misspelt": misspelt(surname, len(surname) - 3) + surname[-1],
                "old": rows[0][what.column],
            },
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        one, what, noun = planted.people[0], detail_of(truth.cast), truth.people.noun
        near = of(truth, planted.keys[truth.people.table], truth.people)
        alike = _alike(truth, one, str(planted.facts["misspelt"]))
        spec = TaskSpec(
            id=f"{self.name}-change",
            family="update_right_record",
            ambiguity=self.name,
            prompt=f"Please change the {what.words} of {noun} {one.told(born=False)} to",
        )
        yield detail_changed(
            truth,
            spec,
            fitting=truth.fitting(one, born=False),
            loosest=len(alike),
            near=near,
            what=what,
            old=str(planted.facts["old"]),
        )
        wrong = Who(
            key=None, given=one.given, surname=planted.facts["misspelt"], city=one.city, born=one.born
        )
        for name_, told, born in (
            ("misspelt", wrong.told(born=False), None),
            ("misspelt-with-birthday", wrong.told()[:-1], day_of(one.born)),
        ):
            spec = TaskSpec(
                id=f"{self.name}-{name_}",
                family="find_one",
                ambiguity=self.name,
                prompt=f"What is the {what.words} of {noun} {told}? I may have misspelt the name.",
            )
            fitting = [row for row in alike if born is None or day_of(row[truth.people.born]) == born]
            yield looked_up(truth, spec, fitting=fitting, loosest=len(alike), near=near, what=what)


def _alike(truth: Truth, one: Who, surname: str) -> Sequence[Row]:
    """The people of this given name and town whose surname may be meant."""
    people = truth.people
    same: dict[str, Any] = {people.city: one.city}
    if people.given and people.surname:
        same[people.given] = one.given
    found = truth.matching(people.table, same)
    return [row for row in found if _near(names_of(row, people), (one.given, surname))]


def _near(found: tuple[str, str], asked: tuple[str, str]) -> bool:
    return plain(found[0]) == plain(asked[0]) and OSA.distance(plain(found[1]), plain(asked[1])) <= REACH
