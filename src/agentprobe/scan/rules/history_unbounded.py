"""A list of messages grows with every round and is sent to the model whole."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import LOOPS, has_limit, is_endless
from agentprobe.scan.declared import Setting, declared
from agentprobe.scan.document import Document
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.histories import (
    History,
    histories,
    histories_in,
    is_reset,
    is_shortened,
    within_function,
)
from agentprobe.scan.module import FUNCTIONS, Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.histories import grows_each_round, is_trimmed, script_histories
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.values import NOT_FOUND, literal

_COMES = "each round costs more than the last, and in the end the window overflows"
_SMALL = 50
"""Rounds up to which a loop may keep all that was said."""


class HistoryUnbounded(Rule):
    """The history of a conversation grows without end, and all of it is sent each time.

    Finds: a list that is appended to and given to a model, in a loop without a small bound, or kept in an
    object or at the top of a module from call to call, where nothing cuts, summarises or measures it. Also
    LangChain's memory that keeps everything.

    Breaks: each round costs more than the one before, answers get worse long before the window is full, and
    then the provider refuses every further call of that conversation.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def chat():
            messages = []
            while True:
                messages.append({"role": "user", "content": input()})
                answer = client.chat.completions.create(model="gpt-4o", messages=messages)
                messages.append(answer.choices[0].message)

    Instead:

        from openai import OpenAI

        client = OpenAI()

        def chat():
            messages = []
            while True:
                messages.append({"role": "user", "content": input()})
                answer = client.chat.completions.create(model="gpt-4o", messages=messages[-20:])
                messages.append(answer.choices[0].message)

    False alarms: loops with a small number of rounds, lists that begin anew with each task, and histories
    that the provider or a function by the name of `trim`, `compact` or `summarise` keeps short.
    """

    code = "CTX001"
    severity = Severity.HIGH
    mode = Mode.CONTEXT_OVERFLOW
    triggers = ("append", "extend", "insert", "+", "ConversationBufferMemory")
    probe = Probe(
        faults=("oversized_result", "context_too_long"),
        expects="sends more and more until the window overflows",
        shows=(Sign.SWOLLEN,),
    )

    def in_script(self, script: Script) -> Iterable[Finding]:
        told: set[str] = set()
        for one in script_histories(script) if not is_test(script.path) else ():
            where = grows_each_round(script, one)
            if where is None or one.name in told or is_trimmed(script, one):
                continue
            told.add(one.name)
            yield self.found(
                script.place(one.asked.node),
                f"{one.name} grows with every round and is sent whole",
                tier=Tier.PROVED if one.asked.sure else Tier.INFERRED,
                subject=f"{script.name_of(script.function(one.asked.node))}:{one.name}",
                consequence=_COMES,
                advice=f"send the system message and the last rounds of {one.name}, or a summary of others",
                related=tuple(script.place(each) for each in one.grown[:4]),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        yield from self._judged((module, one) for one in histories(module))
        yield from self._memories(module)

    def in_project(self, project: Project) -> Iterable[Finding]:
        yield from self._judged(one for one in histories_in(project) if not is_test(one[0].path))

    def in_document(self, document: Document) -> Iterable[Finding]:
        for one in declared(document) if not is_test(document.path) else ():
            kept, compacts = one.get("history"), one.get("compacts")
            off = compacts is not None and compacts.value in (False, None, "none", "off")
            all_of_it = kept is not None and _keeps_all(kept)
            setting = kept if all_of_it else compacts if off and kept is None else None
            if setting is not None:
                yield self.found(
                    setting.place,
                    f"{setting.key} is {json.dumps(setting.value)}: the history is sent whole, however long",
                    tier=Tier.INFERRED,
                    severity=Severity.MEDIUM,
                    subject=setting.path,
                    consequence=_COMES,
                    advice="keep the last rounds and a summary of the older ones, within a budget of tokens",
                )

    def _judged(self, every: Iterable[tuple[Module, History]]) -> Iterable[Finding]:
        told: set[tuple[int, str]] = set()
        for module, one in every:
            key = (id(one.home), one.name)
            if key not in told and _is_unbounded(module, one) and not is_shortened(module, one):
                told.add(key)
                yield self._found(module, one)

    def _found(self, module: Module, one: History) -> Finding:
        kept = not isinstance(one.home, FUNCTIONS)
        return self.found(
            module.place(one.call),
            f"{one.name} grows with every round and is sent whole",
            tier=Tier.INFERRED if kept or not one.told.sure else Tier.PROVED,
            subject=f"{module.qualname(one.call)}:{one.name}",
            consequence=_COMES,
            advice=f"send the system message and the last rounds of {one.name}, or a summary of others",
            related=tuple(module.place(where) for where in one.growing[:4]),
        )

    def _memories(self, module: Module) -> Iterable[Finding]:
        for call in module.calls:
            func = call.func
            if not (isinstance(func, ast.Name) and func.id == "ConversationBufferMemory"):
                continue
            if module.qualified(func).startswith(("langchain.", "langchain_classic.")):
                yield self.found(
                    module.place(call),
                    "ConversationBufferMemory keeps all that was said, and sends it whole",
                    tier=Tier.INFERRED,
                    severity=Severity.MEDIUM,
                    subject=module.qualname(call),
                    consequence=_COMES,
                    advice="keep the last rounds, or a summary of the older ones",
                )


def _keeps_all(setting: Setting) -> bool:
    return setting.value is None or setting.number in (0, -1) or setting.value in ("full", "all", "unlimited")


def _is_unbounded(module: Module, one: History) -> bool:
    loop = _loop(module, one)
    if isinstance(one.home, FUNCTIONS):
        return loop is not None and _goes_on(module, loop)
    if loop is not None:
        return _goes_on(module, loop)
    if isinstance(one.home, ast.Module):
        return module.function(one.call) is not None
    return not is_reset(module, one) and _lives_on(module, one)


def _loop(module: Module, one: History) -> ast.AST | None:
    """The innermost loop in which a list both grows and is sent."""
    around = [above for above in within_function(module, one.call) if isinstance(above, LOOPS)]
    return next(
        (loop for loop in around if any(loop in module.ancestors(where) for where in one.growing)), None
    )


def _goes_on(module: Module, loop: ast.AST) -> bool:
    if not isinstance(loop, ast.While | ast.For | ast.AsyncFor):
        return False
    if is_endless(module, loop):
        return not has_limit(module, loop)
    if isinstance(loop, ast.While) or not isinstance(loop.iter, ast.Call):
        return False
    if module.qualified(loop.iter.func) != "range" or not loop.iter.args:
        return False
    rounds = literal(module, loop.iter.args[-1 if len(loop.iter.args) < 3 else 1])
    return rounds is not NOT_FOUND and isinstance(rounds, int) and rounds > _SMALL


def _lives_on(module: Module, one: History) -> bool:
    """Does it grow in a method that is called again and again, rather than where the object is made?"""
    functions = [module.function(where) for where in (one.call, *one.growing)]
    names = [function.name for function in functions if function is not None]
    return bool(names) and any(name not in ("__init__", "__post_init__") for name in names[1:])
