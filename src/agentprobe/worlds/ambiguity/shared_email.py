"""The ambiguity shared_email: the members of a family use one e-mail address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.persons import add, name, names_of, other, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.questions import detail_changed, detail_of, of
from agentprobe.worlds.planting.stage import Stage, Unfit
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class SharedEmail(Ambiguity):
    """The members of a family use one e-mail address.

    What is there: people of one surname and one address with other given names, all under one e-mail.
    What agents do wrong: they take an e-mail address for a key and change the first record that has it.
    Right: to ask back whose record is meant; to act where the given name is told.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.email", "people.phone")

    def plant(self, stage: Stage) -> Planted:
        people = part(stage)
        if stage.once(people.table, people.email):
            raise Unfit(f"an e-mail stands once in table '{people.table}'")
        first = target(stage)
        given, surname = names_of(first, people)
        others = [one for one in _GIVEN if plain(one) != plain(given)]
        rows = [add(stage, first)]
        for nth in range(stage.k):
            relative = dict(first)
            name(relative, people, others[nth % len(others)], surname)
            relative = other(stage, relative, nth)
            relative[people.email] = first[people.email]
            if people.street:
                relative[people.street] = first[people.street]
            rows.append(add(stage, relative))
        return Planted(
            ambiguity=self.name,
            keys={people.table: tuple(row[people.key] for row in rows)},
            people=tuple(who(row, people) for row in rows),
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        people, one, what = truth.people, planted.people[0], detail_of(truth.cast)
        near = of(truth, planted.keys[people.table], people)
        sharing = truth.matching(people.table, {people.email: one.email})
        named = [row for row in sharing if plain(names_of(row, people)[0]) == plain(one.given)]
        for which, prompt, fitting in (
            ("address-alone", f"the {people.noun} with the e-mail {one.email}", sharing),
            ("with-name", f"{people.noun} {one.name}, e-mail {one.email},", named),
        ):
            spec = TaskSpec(
                id=f"{self.name}-{which}",
                family="update_right_record",
                ambiguity=self.name,
                prompt=f"Please change the {what.words} of {prompt} to",
            )
            yield detail_changed(
                truth, spec, fitting=fitting, loosest=len(sharing), near=near, what=what, old=one.phone
            )


_GIVEN = ("Anna", "Peter", "Laura", "Martin", "Sophie", "George", "Clara", "Simon", "Julia", "Oscar")
"""Given names of the relatives."""
