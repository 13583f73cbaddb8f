"""Errors that no repetition can mend are repeated too."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import msgspec

from agentprobe.domain.sign import Sign
from agentprobe.scan.apis import maker_of, strip
from agentprobe.scan.bounds import within
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.handlers import is_broad, loop_around, tries_around
from agentprobe.scan.mending.passing_errors import narrowed, narrowed_handler
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Module, argument
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.reaching import reaching
from agentprobe.scan.retries import Retrier, asks_model, retriers
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_effects import calls_in

_CHOOSES = ("status_code", "status", "code", "http_status", "response", "body", "type")
_WHY = (
    "a wrong key, a refused request and a full context fail the same way each time, and are paid in waiting"
)
_ADVICE = "repeat after rate limits, timeouts, lost connections and 5xx; let all other errors through"


_WRAPS = ("wrap_model_call", "awrap_model_call")
"""Functions of a middleware around the call of a model."""


class RetryTooBroad(Rule):
    """A call of a model is repeated after every kind of error.

    Finds: a retry around a call of a model on `Exception`: tenacity without `retry=` (its default), `backoff`
    and `stamina` on `Exception`, or a loop whose broad handler goes to the next attempt whatever happened.

    Breaks: a wrong key (401), a request that the API refuses (400) and a context that is too long fail in the
    same way every time. The user waits through all attempts, and a bug in the program's own code looks like
    an unreliable provider.

    Example:

        from openai import OpenAI
        from tenacity import retry, stop_after_attempt, wait_exponential

        client = OpenAI()

        @retry(wait=wait_exponential(max=60), stop=stop_after_attempt(6))
        def ask(messages):
            return client.chat.completions.create(model="gpt-5", messages=messages)

    Instead:

        from openai import APIConnectionError, InternalServerError, OpenAI, RateLimitError
        from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

        client = OpenAI()
        PASSING = (APIConnectionError, InternalServerError, RateLimitError)

        @retry(wait=wait_exponential(), stop=stop_after_attempt(6), retry=retry_if_exception_type(PASSING))
        def ask(messages):
            return client.chat.completions.create(model="gpt-5", messages=messages)

    False alarms: a handler that looks at the error's kind or status before it goes on; an earlier handler
    that lets the lasting errors through.
    """

    code = "ERR005"
    severity = Severity.MEDIUM
    fixes = "unsafe"
    mode = Mode.SILENT_ERRORS
    probe = Probe(
        faults=("auth_expired", "context_too_long"),
        expects="repeats the same refused request",
        shows=(Sign.ASKED_AGAIN,),
    )
    triggers = ("retry", "tenacity", "backoff", "stamina", "except")

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for one in retriers(module):
            if one.broad and one.function is not None and asks_model(module, one.function):
                yield self._by_library(module, one)
        seen: set[ast.AST] = set()
        for call in model_calls(module):
            block = next(iter(tries_around(module, call)), None)
            handler = _repeats(module, block) if block is not None and block not in seen else None
            if block is not None and handler is not None:
                seen.add(block)
                function = module.function(call)
                yield self.found(
                    module.text.place(handler.lineno, handler.col_offset),
                    "the call of the model is tried again after any error, also after those that stay",
                    tier=Tier.PROVED if model_calls(module)[call].sure else Tier.INFERRED,
                    subject=module.qualname(function) if function is not None else "",
                    consequence=_WHY,
                    advice=_ADVICE,
                    related=(module.place(call),),
                    fix=narrowed_handler(module, handler, call),
                )

        yield from self._handlers(module)
        for call in calls_of(module, "with_retry"):
            if argument(call, "retry_if_exception_type", 0) is None and _is_model(module, call.func):
                function = module.function(call)
                yield self.found(
                    module.place(call),
                    "with_retry() asks the model again after any error, also after those that stay",
                    tier=Tier.PROVED,
                    subject=module.qualname(function) if function is not None else "with_retry",
                    consequence=_WHY,
                    advice="name the passing errors in retry_if_exception_type=",
                )

    def _handlers(self, module: Module) -> Iterable[Finding]:
        """A middleware asks the model by the handler that it is given."""
        for function in module.functions:
            if function.name not in _WRAPS:
                continue
            for call in calls_in(module, function):
                if not (isinstance(call.func, ast.Name) and call.func.id == "handler"):
                    continue
                block = next(iter(tries_around(module, call)), None)
                handler = _repeats(module, block) if block is not None else None
                if handler is not None:
                    yield self.found(
                        module.text.place(handler.lineno, handler.col_offset),
                        "the call of the model is tried again after any error, also after those that stay",
                        tier=Tier.INFERRED,
                        subject=module.qualname(function),
                        consequence=_WHY,
                        advice=_ADVICE,
                        related=(module.place(call),),
                    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        reach = reaching(project)
        for facts in project.facts.values():
            waiting = [
                one
                for one in facts.repeats
                if not one.loop and not one.narrow and (facts.path, one.function) in reach.model
            ]
            module = project.module(facts.path) if waiting and not is_test(facts.path) else None
            if module is None:
                continue
            for retrier in retriers(module):
                function = retrier.function
                if (
                    retrier.broad
                    and function is not None
                    and not asks_model(module, function)
                    and any(one.function == module.qualname(function) for one in waiting)
                ):
                    yield msgspec.structs.replace(self._by_library(module, retrier), tier=Tier.INFERRED)

    def _by_library(self, module: Module, one: Retrier) -> Finding:
        name = module.qualname(one.function) if one.function is not None else ""
        return self.found(
            module.place(one.node),
            f"{name} is repeated by {one.library} after any error, also after those that stay",
            tier=Tier.PROVED,
            subject=name,
            consequence=_WHY,
            advice=_ADVICE,
            fix=narrowed(module, one),
        )


def _is_model(module: Module, func: ast.expr) -> bool:
    """Is it a chat model, or a chain with one, that is asked again?"""
    receiver = func.value if isinstance(func, ast.Attribute) else func
    meant = module.value(receiver)
    parts = [
        one for one in ast.walk(meant or receiver) if isinstance(one, ast.Call | ast.Name | ast.Attribute)
    ]
    return any(maker_of(strip(module.qualified(one))) is not None for one in parts)


def _repeats(module: Module, block: ast.Try) -> ast.ExceptHandler | None:
    """The broad handler of a block that goes to the next attempt of a loop, whatever the error is."""
    loop = loop_around(module, block)
    if loop is None or not _is_attempts(module, loop, block):
        return None
    for handler in block.handlers:
        if any(isinstance(one, ast.Raise | ast.Return) for one in handler.body):
            return None  # an earlier one lets lasting errors through, or this one leaves
        if is_broad(module, handler):
            return None if _chooses(module, handler) or _leaves(handler) else handler
    return None


def _leaves(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(one, ast.Break) for one in handler.body)


def _is_attempts(module: Module, loop: ast.While | ast.For | ast.AsyncFor, block: ast.Try) -> bool:
    """Does a loop count attempts: `for attempt in range(n)`, or a `while` that success leaves?"""
    done = any(
        isinstance(one, ast.Return | ast.Break)
        for part in block.body
        for one in (part, *within(module, part))
    )
    after = any(isinstance(one, ast.Return | ast.Break) for one in (*loop.body, *block.orelse))
    if not (done or after):
        return False
    if isinstance(loop, ast.While):
        return True
    return isinstance(loop.iter, ast.Call) and module.qualified(loop.iter.func) in (
        "range",
        "itertools.count",
    )


def _chooses(module: Module, handler: ast.ExceptHandler) -> bool:
    """Does a handler look at what the error is, so that not every one is asked again?"""
    inside = list(within(module, handler))
    if not any(isinstance(one, ast.Raise | ast.Return | ast.Break) for one in inside) and any(
        isinstance(one, ast.Continue) for one in handler.body
    ):
        return False  # whatever it has seen, the next round comes
    for node in inside:
        if isinstance(node, ast.Call) and module.qualified(node.func) in ("isinstance", "type"):
            return True
        if isinstance(node, ast.Attribute) and node.attr in _CHOOSES:
            return True
        if isinstance(node, ast.If) and _names(node.test, handler.name):
            return True
    return False


def _names(node: ast.expr, name: str | None) -> bool:
    """Is the error, or a text made of it, part of a test?"""
    words = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return name in words or any(word.startswith(("err", "exc", "msg", "message")) for word in words)
