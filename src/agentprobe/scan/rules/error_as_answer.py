"""The text of an error is given back in the place of an answer."""

from __future__ import annotations

from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Caught, Facts
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import Reach, reaching
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.handlers import caught
from agentprobe.scan.scripts.hidden import hidden_elsewhere
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.tools import tool_around
from agentprobe.scan.severity import Mode, Severity, Tier


class ErrorAsAnswer(Rule):
    """When the model cannot be asked, a sentence about the failure is returned as if the model had said it.

    Finds: a broad handler around a call of a model (or of a function that makes it) which returns a text or
    puts it into the variable that holds the answer, or into the state of a graph: `return f"Error: {e}"`,
    `answer = "Sorry, …"`, `return {"report": f"Error: {e}"}`.

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
        faults=("rate_limited", "server_error"),
        expects="hands the text of the error on as the answer",
        shows=(Sign.LIED, Sign.STRAYED),
    )
    triggers = ("except",)

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in caught(script) if not is_test(script.path) else ():
            if one.how != "answers" or tool_around(script, one.handler) is not None:
                continue
            told = "the model" if one.direct else "what asks the model"
            yield self.found(
                script.place(one.handler),
                f'when {told} fails, "{one.told[:40].strip()}" is handed on as the answer',
                tier=Tier.PROVED if one.direct and one.asked.sure else Tier.INFERRED,
                severity=None if one.direct else Severity.MEDIUM,
                subject=script.name_of(script.function(one.handler)),
                consequence="an outage reaches the next step as text, and is stored or believed as an answer",
                advice="throw an error of your own here; write the sentence where a person reads it",
                related=(script.place(one.asked.node),),
            )

    def in_project(self, project: Project) -> Iterable[Finding]:
        yield from self._scripts(project)
        reach = reaching(project)
        for facts in project.facts.values():
            if is_test(facts.path):
                continue
            for one in facts.caught:
                if one.how == "answers" and not one.boundary and not _is_tool(reach, facts, one):
                    yield from self._answered(project, reach, facts, one)

    def _scripts(self, project: Project) -> Iterable[Finding]:
        for facts, one in hidden_elsewhere(project):
            if one.how == "answers" and not is_test(facts.path) and "/tools/" not in facts.path:
                yield self.found(
                    one.place,
                    f'when {one.callee.rpartition(":")[2]}() fails, "{one.told[:40].strip()}" is the answer',
                    tier=Tier.INFERRED,
                    severity=Severity.MEDIUM,
                    subject=one.function,
                    consequence="an outage reaches the next step as text, and is believed as an answer",
                    advice="throw an error of your own here; write the sentence where a person reads it",
                )

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
