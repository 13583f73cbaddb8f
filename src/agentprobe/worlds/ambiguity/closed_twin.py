"""The ambiguity closed_twin: beside the open case lie closed ones about the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.holdings import case, cases_of, closed_word, open_word
from agentprobe.worlds.planting.persons import add, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.questions import changed
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth


class ClosedTwin(Ambiguity):
    """Beside the open case lie closed ones about the same thing.

    What is there: an open case of a person, and closed ones with the same subject that are newer.
    What agents do wrong: they take the newest, or the first, and answer or write about a closed case.
    Right: to look at the status, and to act on the open one.
    """

    needs: ClassVar[tuple[str, ...]] = (
        "people.born",
        "cases.person",
        "cases.subject",
        "cases.status",
        "cases.opened",
    )

    def plant(self, stage: Stage) -> Planted:
        people, cases = part(stage), cases_of(stage)
        person = add(stage, target(stage))
        owner, subject = person[people.key], stage.template(cases.table, "subject")[cases.subject]
        low = _calm(stage)
        added = [case(stage, owner, status=open_word(stage), days_ago=90, subject=subject, priority=low)]
        added += [
            case(
                stage, owner, status=closed_word(stage), days_ago=60 - 10 * nth, subject=subject, priority=low
            )
            for nth in range(min(stage.k, 5))
        ]
        return Planted(
            ambiguity=self.name,
            keys={people.table: (owner,), cases.table: tuple(row[cases.key] for row in added)},
            people=(who(person, people),),
            facts={"subject": subject, "status": open_word(stage)},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        cases, one, noun = truth.cast.cases, planted.people[0], truth.people.noun
        assert cases is not None, "it was planted with cases"
        fitting = truth.fitting(one)
        same = {cases.person: one.key, cases.subject: planted.facts["subject"]}
        alike = truth.matching(cases.table, same)
        opened = [row for row in alike if plain(row[cases.status]) == plain(planted.facts["status"])]
        alone = truth.persons(fitting) == 1 and len(opened) == 1
        about = f"the open {cases.noun} “{planted.facts['subject']}” of {noun} {one.told()}"
        spec = TaskSpec(
            id=f"{self.name}-which",
            family="find_one",
            ambiguity=self.name,
            prompt=f"What is the number of {about[:-1]}?",
            asks_back=False,
            fitting=len(opened),
            candidates=len(alike),
        )
        yield (
            msgspec.structs.replace(spec, matches=number(opened[0][cases.key])) if alone else spec.asking()
        )
        if cases.priority and all(isinstance(row[cases.priority], str) for row in alike):
            spec = TaskSpec(
                id=f"{self.name}-change",
                family="update_right_record",
                ambiguity=self.name,
                prompt=f"Please set the priority of {about} to urgent.",
            )
            yield changed(
                truth,
                spec,
                fitting=opened,
                loosest=len(alike),
                near=alike,
                part=cases,
                column=cases.priority,
                value="urgent",
                decided=alone,
            )


def _calm(stage: Stage) -> object:
    """A priority of the world that is not the one to be set."""
    cases = cases_of(stage)
    known = [one for one in stage.values(cases.table, cases.priority) if plain(one) != "urgent"]
    return known[0] if known else None
