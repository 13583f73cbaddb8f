"""The ambiguity status_vocabulary: there are many words for not being open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from agentprobe.worlds.planting.ambiguity import Ambiguity
from agentprobe.worlds.planting.holdings import case, cases_of, open_word
from agentprobe.worlds.planting.persons import add, part, target, who
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.planting.vocabulary import plain
from agentprobe.worlds.tasks.spec import TaskSpec, number
from agentprobe.worlds.tasks.truth import Truth

_OTHERS = (" Closed", "CLOSED", "resolved", "done", "on hold", "cancelled", "archived", "waiting")


class StatusVocabulary(Ambiguity):
    """There are many words for not being open.

    What is there: a person's cases with one status that means open, also in capitals, and with closed,
    resolved, done, on hold and whatever other systems have brought along.
    What agents do wrong: they ask for all that is not closed, and count the resolved and the cancelled; or
    they compare letter by letter and miss capitals.
    Right: to ask for the status that is meant, whatever its capitals and blanks.
    """

    needs: ClassVar[tuple[str, ...]] = ("people.born", "cases.person", "cases.status")

    def plant(self, stage: Stage) -> Planted:
        people, cases, word = part(stage), cases_of(stage), open_word(stage)
        person = add(stage, target(stage))
        others = [one for one in _OTHERS if plain(one) != plain(word)]
        words = [word, word, word.upper() if word.islower() else word.lower(), *others[: stage.k + 3]]
        added = [
            case(stage, person[people.key], status=status, days_ago=30 + 11 * nth)
            for nth, status in enumerate(words)
        ]
        return Planted(
            ambiguity=self.name,
            keys={people.table: (person[people.key],), cases.table: tuple(row[cases.key] for row in added)},
            people=(who(person, people),),
            facts={"status": word},
        )

    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        cases, one, word = truth.cast.cases, planted.people[0], planted.facts["status"]
        assert cases is not None, "it was planted with cases"
        fitting = truth.fitting(one)
        owned = truth.matching(cases.table, {cases.person: one.key})
        count = sum(plain(row[cases.status]) == plain(word) for row in owned)
        spec = TaskSpec(
            id=f"{self.name}-count",
            family="count_filter_aggregate",
            ambiguity=self.name,
            prompt=f"How many {cases.noun}s of {truth.people.noun} {one.told()} have the status '{word}', "
            "however it is written? Answer with the number.",
            matches=number(count),
            asks_back=False,
            fitting=len(fitting),
            candidates=len(owned),
        )
        yield spec if truth.persons(fitting) == 1 else spec.asking()
