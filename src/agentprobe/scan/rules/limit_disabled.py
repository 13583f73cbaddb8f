"""A limit on steps is there, and was turned off."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator
from typing import Any

from agentprobe.domain.sign import Sign
from agentprobe.scan.apis import api_of, maker_of
from agentprobe.scan.declared import declared
from agentprobe.scan.document import Document
from agentprobe.scan.effective.calls import layers_of
from agentprobe.scan.effective.resolved import as_number
from agentprobe.scan.facts import Known
from agentprobe.scan.finding import Finding, Fix, Met, Place, Probe
from agentprobe.scan.handed import deadline_around, named_items
from agentprobe.scan.mending.setting import setting
from agentprobe.scan.module import Module, argument
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.retries import asks_model
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.limits import limits_off
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.values import NOT_FOUND, literal

_MANY = 1_000
_LIMITS = {
    "max_iterations": "max_execution_time",
    "max_turns": "termination_condition",
    "max_iter": "max_execution_time",
    "max_steps": "",
    "request_limit": "total_tokens_limit",
    "recursion_limit": "",
    "max_consecutive_auto_reply": "is_termination_msg",
    "max_round": "",
    "max_llm_calls": "",
    "max_tool_iterations": "",
}
"""Parameters that limit steps, each with another one that limits as well."""
_HOLDERS = (
    "UsageLimits",
    "RunConfig",
    "RunnableConfig",
    "ClaudeAgentOptions",
    "ClaudeCodeOptions",
    "GroupChat",
)
_DOCUMENT_KEYS = frozenset(
    {*_LIMITS, "max_recursion_limit", "maxTurns", "maxSteps", "maxIterations", "recursionLimit"}
)


_STEPS = frozenset({"max_turns", "max_steps", "max_iterations", "max_rounds", "max_iter"})


class LimitDisabled(Rule):
    """A limit on an agent's steps is set to none, to infinity, or to a number that no run comes to.

    Finds: `max_iterations=None`, `max_turns=None`, `request_limit=None`, `recursion_limit=10000`,
    `max_steps=float("inf")` and the like at calls and makers of agents, and in their settings files: 1,000
    steps or more; a parameter of that kind that is infinite by default, in a function that asks a model.

    Breaks: a limit of 10,000 steps is no limit: an agent in circles makes 10,000 calls of a model, in hours,
    before anything stops it. It is mostly raised to make one hard task pass.

    Example:

        from agents import Agent, Runner

        desk = Agent(name="desk", instructions="Answer.")

        def answer(question):
            return Runner.run_sync(desk, question, max_turns=10_000)

    Instead:

        from agents import Agent, Runner

        desk = Agent(name="desk", instructions="Answer.")

        def answer(question):
            return Runner.run_sync(desk, question, max_turns=30)

    False alarms: another limit that holds at the same place: a time, a number of tokens, a deadline around.
    """

    code = "RDY005"
    severity = Severity.HIGH
    mode = Mode.READINESS
    item = Item.SESSION_BUDGET
    fixes = "unsafe"
    probe = Probe(
        faults=("never_done",), expects="a session that does not come to an end", shows=(Sign.ENDLESS,)
    )
    triggers = tuple(_LIMITS)

    def in_script(self, script: Script) -> Iterable[Finding]:
        for name, node, off in limits_off(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(node),
                f"{name} is {off}",
                tier=Tier.PROVED,
                subject=f"{script.name_of(script.function(node))} {name}".strip(),
                consequence="an agent that goes in circles is not stopped by it",
                advice=f"set {name} to what your longest good run needs, with some room (30 to 50)",
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for name, node, call in _set(module):
            off = _is_off(module, node)
            if not off or (call is not None and _otherwise_limited(module, call, name)):
                continue
            owner = module.function(node)
            yield self.found(
                module.place(node),
                f"{name} is {off}",
                tier=Tier.PROVED,
                subject=f"{module.qualname(owner) if owner is not None else ''} {name}".strip(),
                consequence="an agent that goes in circles is not stopped by it",
                advice=f"set {name} to what your longest good run needs, with some room (30 to 50)",
                fix=Fix(what=f"set {name} to 50", edits=(module.replaced(node, "50"),)),
            )

    def in_project(self, project: Project) -> Iterable[Finding]:
        """Limits whose value stands in another file, or is put into a config item by item."""
        for facts in project.facts.values():
            for limit in facts.named_limits if not is_test(facts.path) else ():
                value = limit.value
                if limit.name != "recursion_limit" or value.known is Known.LITERAL:
                    continue
                found = layers_of(project).resolve(facts, limit.function, value)
                if value.place is None or found.number is None or found.number < _MANY or found.others:
                    continue
                yield self.found(
                    value.place,
                    f"{limit.name} is {found.number:,.0f}, which no run comes to",
                    tier=Tier.INFERRED,
                    subject=f"{limit.function} {limit.name}".strip(),
                    consequence="an agent that goes in circles is not stopped by it",
                    advice=f"set {limit.name} to what your longest good run needs, with some room (30 to 50)",
                    origins=(found.origin(limit.name, f"{found.number:,.0f}"),),
                )

    def in_document(self, document: Document) -> Iterable[Finding]:
        if is_test(document.path) or document.kind in ("package", "pyproject", "compose", "workflow"):
            return
        for keys, value in document.walk():
            number = as_number(value)
            if keys[-1] in _DOCUMENT_KEYS and number is not None and number >= _MANY:
                yield self.found(
                    document.place(*keys),
                    f"{keys[-1]} is {number:,.0f}",
                    tier=Tier.PROVED,
                    subject=".".join(map(str, keys)),
                    consequence="an agent that goes in circles is not stopped by it",
                    advice=f"set {keys[-1]} to what your longest good run needs, with some room (30 to 50)",
                    fix=_fifty(document, document.place(*keys), str(keys[-1]), value),
                )
        for one in declared(document):
            steps = one.get("steps")
            if steps is not None and (steps.value is None or steps.number in (0, -1)):
                yield self.found(
                    steps.place,
                    f"{steps.key} is {'null' if steps.value is None else steps.value}: there is no limit",
                    tier=Tier.PROVED if steps.value is None else Tier.INFERRED,
                    subject=steps.path,
                    consequence="an agent that goes in circles is not stopped by it",
                    advice=f"set {steps.key} to what your longest good run needs, with some room (30 to 50)",
                    fix=_fifty(document, steps.place, steps.key, steps.value),
                )

    def met(self, project: Project) -> Iterable[Met]:
        for document in project.documents:
            for one in declared(document):
                for limit in one.all_of("steps", "budget"):
                    most = _MANY if limit is one.get("steps") else math.inf
                    if limit.number is not None and 0 < limit.number < most:
                        what = f"{limit.key} {limit.value}"
                        yield Met(item=Item.SESSION_BUDGET, place=limit.place, what=what)
        for facts in project.facts.values():
            for named in facts.named_limits if not is_test(facts.path) else ():
                number = as_number(named.value.value) if named.value.is_literal else None
                if named.name in _LIMITS and named.value.place and number and 0 < number < _MANY:
                    what = f"{named.name} {number:g}"
                    yield Met(item=Item.SESSION_BUDGET, place=named.value.place, what=what)


def _fifty(document: Document, place: Place, key: str, old: Any) -> Fix | None:
    return setting(document, place, key, old, new="50", what=f"set {key} to 50")


def _set(module: Module) -> Iterator[tuple[str, ast.expr, ast.Call | None]]:
    """Limits that are given to agents: as keywords, and as keys of a config."""
    for call in module.calls:
        names = [word for word in call.keywords if word.arg in _LIMITS]
        if names and _is_of_an_agent(module, call):
            yield from ((str(word.arg), word.value, call) for word in names)
    for name, node in named_items(module):
        if name == "recursion_limit":
            yield name, node, None
    yield from _defaults(module)


def _defaults(module: Module) -> Iterator[tuple[str, ast.expr, None]]:
    """Defaults without an end of functions that ask a model: `def run(messages, max_turns=float("inf"))`."""
    for function in module.functions:
        given = function.args
        positional = [*given.posonlyargs, *given.args]
        pairs = [
            *zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True),
            *zip(given.kwonlyargs, given.kw_defaults, strict=True),
        ]
        endless = [
            (one.arg, its) for one, its in pairs if one.arg in _STEPS and its and _is_endless(module, its)
        ]
        if endless and asks_model(module, function):
            yield from ((name, its, None) for name, its in endless)


def _is_endless(module: Module, node: ast.expr) -> bool:
    return "no limit" in _is_off(module, node) and literal(module, node) is not None


def _is_of_an_agent(module: Module, call: ast.Call) -> bool:
    dotted = module.qualified(call.func)
    last = dotted.rpartition(".")[2] or (call.func.attr if isinstance(call.func, ast.Attribute) else "")
    return (
        maker_of(dotted) is not None
        or api_of(dotted) is not None
        or last in _HOLDERS
        or last == "tool_runner"
    )


def _is_off(module: Module, node: ast.expr) -> str:
    """How a limit is turned off, in words; "" where it holds."""
    plain = literal(module, node)
    if plain is None:
        return "None: there is no limit"
    dotted = module.qualified(node) if isinstance(node, ast.Attribute | ast.Name) else ""
    if dotted in ("math.inf", "sys.maxsize", "numpy.inf"):
        return f"{dotted}: there is no limit"
    if plain is NOT_FOUND or isinstance(plain, bool) or not isinstance(plain, int | float):
        return ""
    if not math.isfinite(plain):
        return "infinite: there is no limit"
    return f"{plain:,.0f}, which no run comes to" if plain >= _MANY else ""


def _otherwise_limited(module: Module, call: ast.Call, name: str) -> bool:
    """Does another limit hold at the same place?"""
    others = [
        _LIMITS[name],
        "max_execution_time",
        "max_budget_usd",
        "total_tokens_limit",
        "termination_condition",
    ]
    for other in others:
        given = argument(call, other) if other else None
        if given is not None and literal(module, given) is not None:
            return True
    if any(word.arg is None for word in call.keywords) and literal(module, argument(call, name)) is None:
        return True
    return deadline_around(module, call) is not None
