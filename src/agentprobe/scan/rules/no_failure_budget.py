"""A loop that catches failures goes on, however many there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Caught, ClientUse, Facts, Handed, ModelCall
from agentprobe.scan.finding import Finding, Met, Place, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import Reach, reaching
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Persona, Severity, Tier

_COUNTS = re.compile(
    r"^(?:max|limit)_?(?:consecutive_?)?(?:failures?|errors?|fails)$|^(?:failure|error)_(?:budget|limit|threshold)$",
    re.IGNORECASE,
)
_BREAKERS = frozenset({"pybreaker", "circuitbreaker", "aiobreaker", "purgatory"})


class NoFailureBudget(Rule):
    """A loop asks models or runs tools, catches what fails, and goes to the next round without counting.

    Finds: a broad handler in a loop around a call of a model or a tool (directly or one function away) that
    neither raises, nor ends the loop, nor counts or records the failure.

    Breaks: when the key expires at step 3 of 500, the other 497 fail too, each after its retries, and the run
    ends as "done". Errors add up in the state that the next steps build on.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def summarise(pages):
            notes = []
            for page in pages:
                try:
                    reply = client.responses.create(model="gpt-5", input=page)
                    notes.append(reply.output_text)
                except Exception as error:
                    print("skipped", error)
            return notes

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def summarise(pages):
            notes, failures = [], 0
            for page in pages:
                try:
                    reply = client.responses.create(model="gpt-5", input=page)
                    notes.append(reply.output_text)
                except Exception as error:
                    failures += 1
                    if failures > 3:
                        raise GaveUp("too many pages failed") from error
            return notes

    False alarms: failures that are collected and reported; a loop that raises when its attempts are used up;
    frameworks with a budget of their own; a loop that waits for a person's next line.
    """

    code = "SYS001"
    severity = Severity.MEDIUM
    mode = Mode.NO_SYSTEM
    item = Item.FAILURE_BUDGET
    probe = Probe(
        faults=("auth_expired", "server_error"),
        expects="goes through all rounds though each one fails",
        shows=(Sign.ASKED_OFTEN,),
    )
    triggers = ("except",)

    def in_project(self, project: Project) -> Iterable[Finding]:
        reach = reaching(project)
        for facts in project.facts.values():
            for one in facts.caught if not is_test(facts.path) else ():
                if one.how == "goes on":
                    yield from self._goes_on(reach, facts, one)

    def _goes_on(self, reach: Reach, facts: Facts, one: Caught) -> Iterable[Finding]:
        asker = "" if one.asked is not None else _worker(reach, facts, one)
        if one.asked is None and not asker:
            return
        last = (asker or one.callee).rpartition(".")[2]
        yield self.found(
            one.place,
            f"the loop goes on however often {last}() fails: nothing counts the failures",
            severity=Severity.LOW if one.boundary else None,
            persona=Persona.PEDANTIC if one.boundary else None,
            tier=Tier.PROVED if one.asked is not None and one.sure else Tier.INFERRED,
            subject=one.function,
            consequence="an expired key fails every round, and the run still ends as done",
            advice="count the failures, stop after a few in a row, and say at the end how many there were",
            related=(one.asked,) if one.asked is not None else (),
        )

    def met(self, project: Project) -> Iterable[Met]:
        for facts in project.facts.values():
            if not is_test(facts.path):
                for place, what in _budgets(facts):
                    yield Met(item=Item.FAILURE_BUDGET, place=place, what=what)


def _budgets(facts: Facts) -> Iterator[tuple[Place, str]]:
    """What counts failures in a file and stops at a number of them, and where."""
    givers: list[ClientUse | ModelCall | Handed] = [*facts.clients, *facts.model_calls, *facts.handed]
    for one in givers:
        for name, value in one.arguments.items():
            if _COUNTS.search(name.rpartition(".")[2]) and value.value is not None:
                yield value.place or one.place, f"{name} {value.text or value.value}"
    for limit in facts.named_limits:
        if _COUNTS.search(limit.name) and limit.value.value is not None and limit.value.place is not None:
            yield limit.value.place, f"{limit.name} {limit.value.text or limit.value.value}"
    for name, value in facts.constants.items():
        if _COUNTS.search(name.rpartition(".")[2]) and value.is_literal and value.place is not None:
            yield value.place, f"{name} is {value.value}"
    breakers = _BREAKERS & set(facts.roots)
    if breakers and (facts.model_calls or facts.tools):
        yield Place(path=facts.path), f"{min(breakers)} is imported"


def _worker(reach: Reach, facts: Facts, one: Caught) -> str:
    """The function called in the `try` that calls a model or is a tool; "" where none is."""
    for name in one.calls:
        if any(spot in reach.asks or spot in reach.tools for spot in reach.meant(facts, one.function, name)):
            return name
    return ""
