"""The ambiguity nickname: a person is known by a short form of the name, which others are entered under."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.persons import add, name, names_of, other, part, target, who
from agentprobe.worlds.planting.planted import Planted, Who
from agentprobe.worlds.planting.questions import detail_of, looked_up, of
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.planting.vocabulary import NICKNAMES, nickname, plain
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class Nickname(Ambiguity):
    """The person is known by a short form of the name, and others are entered under it.

    What is there: a person entered under the full given name, and namesakes from the same town who are
    entered under its short form.
    What agents do wrong: they search for the short form only, find somebody, and take them.
    Right: to search for both forms; to act where the birthday decides, and to ask back where it is not told.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.city", "people.born")

    def plant(self, stage: Stage) -> Planted:
        people = part(stage)
        first = target(stage)
        given, surname = names_of(first, people)
        if plain(given) not in NICKNAMES:
            given = stage.chance("given").choice(sorted(NICKNAMES)).title()
        short = nickname(given)
        name(first, people, given, surname)
        first = other(stage, first, "first")
        rows = [add(stage, first)]
        for nth in range(stage.k):
            twin = dict(first)
            name(twin, people, short, surname)
            rows.append(add(stage, other(stage, twin, nth)))
        return Planted(
            ambiguity=self.name,
            keys={people.table: tuple(row[people.key] for row in rows)},
            people=tuple(who(row, people) for row in rows),
            facts={"short": short},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        one, short = planted.people[0], planted.people[1]
        called = Who(key=one.key, given=short.given, surname=one.surname, city=one.city, born=one.born)
        what, near = detail_of(truth.cast), of(truth, planted.keys[truth.people.table], truth.people)
        alike = _either(truth, one, called, born=False)
        for name_, told, fitting in (
            ("with-birthday", called.told()[:-1], _either(truth, one, called, born=True)),
            ("name-and-town", called.told(born=False), alike),
        ):
            spec = TaskSpec(
                id=f"{self.name}-{name_}",
                family="find_one",
                ambiguity=self.name,
                prompt=f"What is the {what.words} of {truth.people.noun} {told}? "
                "The name may be a short form of the one we have.",
            )
            yield looked_up(truth, spec, fitting=fitting, loosest=len(alike), near=near, what=what)


def _either(truth: Truth, one: Who, called: Who, *, born: bool) -> list[Row]:
    return [*truth.fitting(one, born=born), *truth.fitting(called, born=born)]
