"""A failed call of a model is caught and nobody learns of it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import within
from agentprobe.scan.declared import Setting, declared
from agentprobe.scan.document import Document
from agentprobe.scan.facts import Caught, Facts
from agentprobe.scan.finding import Finding, Fix, Probe
from agentprobe.scan.handlers import catches_everything
from agentprobe.scan.mending.reraise import handing_on
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import Reach, reaching
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.handlers import caught
from agentprobe.scan.scripts.hidden import hidden_elsewhere
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Mode, Persona, Severity, Tier
from agentprobe.scan.swallowing import is_boundary

_PASSED_OVER = ("continue", "ignore", "skip", "pass", "silent", "suppress", "swallow", "resume", "empty")
"""What settings call it when an agent goes on after a failed call."""


class ModelErrorSwallowed(Rule):
    """A failed call of a model is caught broadly, and the program goes on as if it had answered.

    Finds: a handler for `Exception`, for everything, or for all errors of an SDK around a call of a model (or
    of a function that makes it) that neither raises nor hands the error on: it passes, prints, or puts an
    empty answer in the place of the missing one. Also `contextlib.suppress(Exception)` and a `return` in
    `finally`, which do the same in fewer words, and `on_error: continue` in the settings of an agent.

    Breaks: rate limits, cut connections and refused keys all look like an empty answer. The agent goes on
    with nothing, and what it then does is reported as success.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def ask(messages):
            try:
                answer = client.chat.completions.create(model="gpt-5", messages=messages)
            except Exception:
                answer = None
            return answer

    Instead:

        import openai

        client = openai.OpenAI()

        def ask(messages):
            try:
                return client.chat.completions.create(model="gpt-5", messages=messages)
            except openai.RateLimitError as error:
                raise Unavailable("the model is busy") from error

    False alarms: a loop that asks again and raises when its attempts are used up; a handler that returns a
    typed failure, or nothing to callers that test for it; the outermost place, where a person is told.
    """

    code = "ERR001"
    severity = Severity.HIGH
    mode = Mode.SILENT_ERRORS
    fixes = "unsafe"
    triggers = ("except", "suppress", "finally")
    probe = Probe(
        faults=("rate_limited", "server_error"),
        expects="answers as if the model had spoken",
        shows=(Sign.LIED, Sign.STRAYED),
    )

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in caught(script) if not is_test(script.path) else ():
            if one.how != "swallows":
                continue
            name = one.asked.last if one.direct else "a function that asks a model"
            yield self.found(
                script.place(one.handler),
                f"a failed {name}() is swallowed here"
                if one.direct
                else f"a failure of {name} is swallowed here",
                tier=Tier.PROVED if one.direct and one.asked.sure else Tier.INFERRED,
                severity=Severity.MEDIUM if one.logged or not one.direct else None,
                subject=script.name_of(script.function(one.handler)),
                consequence="an outage looks like an empty answer, and the agent goes on",
                advice="catch the errors that you can mend, and let all others through",
                related=(script.place(one.asked.node),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for block in module.of(ast.Try):
            if any(isinstance(one, ast.Return) for part in block.finalbody for one in ast.walk(part)):
                yield from self._hidden(module, block, "`return` in `finally`")
        for manager in module.of(ast.withitem):
            above = module.parent(manager)
            if isinstance(above, ast.With | ast.AsyncWith) and _suppresses(module, manager.context_expr):
                yield from self._hidden(module, above, "`suppress(Exception)`")

    def _hidden(
        self, module: Module, block: ast.With | ast.AsyncWith | ast.Try, by: str
    ) -> Iterable[Finding]:
        asked = model_calls(module)
        bodies = [one for part in block.body for one in within(module, part)]
        told = next((asked[one] for one in bodies if isinstance(one, ast.Call) and one in asked), None)
        if told is not None and not (is_boundary(module, block) and module.function(block) is None):
            yield self.found(
                module.text.place(block.lineno, block.col_offset),
                f"a failed {_last(told.callee)}() of the model vanishes by {by}",
                tier=Tier.PROVED if told.sure else Tier.INFERRED,
                subject=told.function,
                consequence="an outage looks like an empty answer, and the agent goes on",
                advice="catch the errors that you can mend, and let all others through",
                related=(told.place,),
            )

    def in_project(self, project: Project) -> Iterable[Finding]:
        yield from self._scripts(project)
        reach = reaching(project)
        for facts in project.facts.values():
            if is_test(facts.path):
                continue
            for one in facts.caught:
                if one.how == "swallows" and not (one.empty and _is_tested(project, facts, one)):
                    yield from self._swallowed(reach, facts, one)

    def _scripts(self, project: Project) -> Iterable[Finding]:
        for facts, one in hidden_elsewhere(project):
            if one.how == "swallows" and not is_test(facts.path):
                yield self.found(
                    one.place,
                    f"a failed {one.callee.rpartition(':')[2]}(), which asks a model, is swallowed here",
                    tier=Tier.INFERRED,
                    severity=Severity.MEDIUM,
                    persona=Persona.PEDANTIC if one.logged else None,
                    subject=one.function,
                    consequence="an outage looks like an empty answer, and the agent goes on",
                    advice="catch the errors that you can mend, and let all others through",
                )

    def mended(self, project: Project, finding: Finding) -> Fix | None:
        return handing_on(project, finding.place)

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in declared(document) if not is_test(document.path) else ():
            for setting in one.all_of("on_error", "swallows", "raises"):
                if not _goes_on(setting):
                    continue
                yield self.found(
                    setting.place,
                    f"{setting.key} is {json.dumps(setting.value)}: a failed call passes for an answer",
                    tier=Tier.INFERRED,
                    subject=setting.path,
                    consequence="an outage looks like an empty answer, and the agent goes on",
                    advice="let a failed call stop the run, or hand it to a person with its error",
                )

    def _swallowed(self, reach: Reach, facts: Facts, one: Caught) -> Iterable[Finding]:
        asker = "" if one.asked is not None else _asker(reach, facts, one)
        if (one.asked is None and (not asker or one.boundary)) or (one.boundary and one.told):
            return
        name = (
            f"{_last(one.callee)}() of the model"
            if one.asked is not None
            else f"{_last(asker)}(), which asks a model,"
        )
        yield self.found(
            one.place,
            f"a failed {name} is swallowed here",
            tier=Tier.PROVED if one.asked is not None and one.sure else Tier.INFERRED,
            severity=Severity.MEDIUM if one.boundary or one.logged else None,
            persona=Persona.PEDANTIC if one.asked is None and one.logged else None,
            subject=one.function,
            consequence="an outage looks like an empty answer, and the agent goes on",
            advice="catch the errors that you can mend, and let all others through",
            related=(one.asked,) if one.asked is not None else (),
        )


def _goes_on(setting: Setting) -> bool:
    """Does a setting say that failures are passed over?"""
    key, value = setting.key.lower(), setting.value
    if key.startswith(("raise", "fail_on", "failon", "halt")):
        return value is False
    return value is True or str(value).strip().lower() in _PASSED_OVER


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _suppresses(module: Module, node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and module.qualified(node.func) == "contextlib.suppress"
        and catches_everything(module, node.args)
    )


def _asker(reach: Reach, facts: Facts, one: Caught) -> str:
    """The function called in a `try` that calls a model itself; "" where none does."""
    for name in one.calls:
        if any(
            spot in reach.asks and spot != (facts.path, one.function)
            for spot in reach.meant(facts, one.function, name)
        ):
            return name
    return ""


def _is_tested(project: Project, facts: Facts, one: Caught) -> bool:
    """Does some caller test whether the function gave anything back?"""
    spot = (facts.path, one.function)
    return any(
        spot in _tested_in(project, project.facts[path])
        for path, _ in reaching(project).callers.get(spot, ())
    )


def _tested_in(project: Project, caller: Facts) -> frozenset[tuple[str, str]]:
    """The functions whose result some function of a file tests; worked out once."""
    known: dict[str, frozenset[tuple[str, str]]] = project.kept.setdefault("functions tested in", {})
    if caller.path not in known:
        reach = reaching(project)
        owners = {function.partition(".")[0]: function for function in caller.callers if "." in function}
        known[caller.path] = frozenset(
            spot
            for name in caller.tested
            for function in (owners.values() if name.startswith("self.") else ("",))
            for spot in reach.targets(caller, function, name)
        )
    return known[caller.path]
