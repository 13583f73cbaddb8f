"""The text of an error is given back in the place of an answer."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.scan.facts import Caught, Facts
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import Reach, reaching
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier


class ErrorAsAnswer(Rule):
    """When the model cannot be asked, a sentence about the failure is returned as if the model had said it.

    Finds: a broad handler around a call of a model (or of a function that makes it) which returns a text or
    puts it into the variable that holds the answer: `return f"Error: {e}"`, `answer = "Sorry, …"`.

    Breaks: the caller cannot tell the text from an answer. It is stored, sent to customers, parsed, or put
    into the next prompt, where the model explains it to somebody. No counter of failures moves.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def ask(messages):
            try:
                reply = client.chat.completions.create(model="gpt-5", messages=messages)
                return reply.choices[0].message.content
            except Exception as error:
                return f"Error: {error}"

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def ask(messages):
            try:
                reply = client.chat.completions.create(model="gpt-5", messages=messages)
                return reply.choices[0].message.content
            except Exception as error:
                raise NoAnswer("the model could not be asked") from error

    False alarms: the outermost place, where the text goes to a person: a route, a command, a chat window; a
    tool, whose text goes to the model on purpose (`tool-error-as-data` looks at those).
    """

    code = "ERR002"
    severity = Severity.HIGH
    mode = Mode.SILENT_ERRORS
    probe = Probe(
        faults=("rate_limited", "server_error"), expects="hands the text of the error on as the answer"
    )
    triggers = ("except",)

    def in_project(self, project: Project) -> Iterable[Finding]:
        reach = reaching(project)
        for facts in project.facts.values():
            if is_test(facts.path):
                continue
            for one in facts.caught:
                if one.how == "answers" and not one.boundary and not _is_tool(reach, facts, one):
                    yield from self._answered(project, reach, facts, one)

    def _answered(self, project: Project, reach: Reach, facts: Facts, one: Caught) -> Iterable[Finding]:
        speaker = "" if one.asked is not None else _speaker(project, reach, facts, one)
        if one.asked is None and not speaker:
            return
        told = "the model" if one.asked is not None else f"{speaker.rpartition('.')[2]}()"
        words = "the error's own text" if one.text == "{}" else f'"{one.text[:40].strip()}"'
        yield self.found(
            one.place,
            f"when {told} fails, {words} is handed on as the answer",
            tier=Tier.PROVED if one.asked is not None and one.sure else Tier.INFERRED,
            severity=None if one.asked is not None else Severity.MEDIUM,
            subject=one.function,
            consequence="an outage reaches the next step as text, and is stored or believed as an answer",
            advice="raise an error of your own here; write the sentence where a person reads it",
            related=(one.asked,) if one.asked is not None else (),
        )


def _is_tool(reach: Reach, facts: Facts, one: Caught) -> bool:
    """Does the text go to a model, which called this as a tool?"""
    named = facts.path.rpartition("/")[2] in ("tools.py", "tool.py") or "/tools/" in facts.path
    return named or (facts.path, one.function) in reach.tools


def _speaker(project: Project, reach: Reach, facts: Facts, one: Caught) -> str:
    """The function called in the `try` that hands on what a model says; "" where there is none."""
    for name in one.calls:
        for spot in reach.meant(facts, one.function, name):
            said = project.facts[spot[0]].speakers.get(spot[1], ())
            if spot in reach.asks and any(each.api for each in said):
                return name
    return ""
