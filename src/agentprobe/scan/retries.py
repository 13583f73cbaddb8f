"""Decorators and helpers that repeat what fails: how often, and after which errors."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from agentprobe.scan.flows import calls_of, own_function
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Function, Module, argument
from agentprobe.scan.values import literal
from agentprobe.scan.waiting import waits

_TENACITY = ("tenacity.retry", "tenacity.Retrying", "tenacity.AsyncRetrying")
_BACKOFF = ("backoff.on_exception", "backoff.on_predicate")
_ROOTS = frozenset({
    "Exception", "BaseException", "openai.OpenAIError", "openai.APIError", "openai.error.OpenAIError",
    "anthropic.APIError", "anthropic.AnthropicError", "litellm.exceptions.APIError",
})  # fmt: skip
"""Above the errors that stay: a wrong key, a bad request, a text that is too long."""
_LASTING = re.compile(
    r"BadRequest|Authentication|Permission|NotFound|InvalidRequest|ContextWindow|Unprocessable|ClientError"
)
_STAMINA = ("stamina.retry", "stamina.retry_context")


@dataclass(frozen=True, slots=True)
class Retrier:
    """A use of a library that repeats what fails."""

    node: ast.expr
    library: str
    bounded: bool
    broad: bool
    """Does it repeat after every kind of error?"""
    function: Function | None
    """The function that it decorates."""

    @property
    def call(self) -> ast.Call | None:
        """Its call; None for a bare `@retry`."""
        return self.node if isinstance(self.node, ast.Call) else None


def retriers(module: Module) -> tuple[Retrier, ...]:
    """All of a module; worked out once."""
    if "retriers" not in module.kept:
        found = [
            one
            for function in module.functions
            for node in function.decorator_list
            if (one := _read(module, node, function)) is not None
        ]
        found += [
            one
            for call in calls_of(module, "Retrying", "AsyncRetrying", "retry_context")
            if module.qualified(call.func) in (*_TENACITY[1:], _STAMINA[1])
            and not _is_instance(module, call.func)
            and (one := _read(module, call, module.function(call))) is not None
        ]
        module.kept["retriers"] = tuple(found)
    kept: tuple[Retrier, ...] = module.kept["retriers"]
    return kept


def _is_instance(module: Module, func: ast.expr) -> bool:
    """Is what is called made by such a helper before, rather than the helper itself?"""
    return isinstance(func, ast.Name | ast.Attribute) and bool(module.bound(func))


def _read(module: Module, node: ast.expr, function: Function | None) -> Retrier | None:
    call = node if isinstance(node, ast.Call) else None
    dotted = module.qualified(call.func if call is not None else node)
    if call is not None and any(word.arg is None for word in call.keywords):
        return None
    if dotted in _TENACITY:
        return Retrier(node, "tenacity", _stops(module, call), _any_error(module, call), function)
    if dotted in _BACKOFF and call is not None:
        bounded = any(_is_set(module, argument(call, name)) for name in ("max_tries", "max_time"))
        broad = dotted.endswith("on_exception") and _is_any(module, argument(call, "exception", 1))
        return Retrier(node, "backoff", bounded, broad and argument(call, "giveup") is None, function)
    if dotted == "retrying.retry":
        words = {word.arg for word in call.keywords} if call is not None else set()
        stops = bool(words & {"stop_max_attempt_number", "stop_max_delay", "stop_func"})
        return Retrier(
            node, "retrying", stops, not words & {"retry_on_exception", "retry_on_result"}, function
        )
    if dotted in _STAMINA and call is not None:
        endless = all(_is_none(module, argument(call, name)) for name in ("attempts", "timeout"))
        return Retrier(node, "stamina", not endless, _is_any(module, argument(call, "on")), function)
    return None


def _stops(module: Module, call: ast.Call | None) -> bool:
    given = argument(call, "stop", 1) if call is not None else None
    if given is None:
        return False
    return module.qualified(given) not in (
        "tenacity.stop_never",
        "tenacity.stop.stop_never",
    ) and not _is_none(module, given)


def _any_error(module: Module, call: ast.Call | None) -> bool:
    """Tenacity repeats after every `Exception` unless `retry=` says otherwise."""
    given = argument(call, "retry", 3) if call is not None else None
    if given is None:
        return True
    parts = _joined(given)
    if len(parts) > 1 and any(_lets_pass(module, one) for one in parts):
        return False
    return any(
        isinstance(one, ast.Call)
        and module.qualified(one.func).endswith("retry_if_exception_type")
        and (not one.args or _is_any(module, one.args[0]))
        for one in parts
    )


def _joined(node: ast.expr) -> list[ast.expr]:
    """The conditions that are joined by `&` or `|`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        return [*_joined(node.left), *_joined(node.right)]
    return [node]


def _lets_pass(module: Module, node: ast.expr) -> bool:
    """Does a condition except errors that stay, or decide by a function of its own?"""
    if not isinstance(node, ast.Call):
        return True
    name = module.qualified(node.func).rpartition(".")[2]
    if name == "retry_if_not_exception_type":
        return _LASTING.search(ast.unparse(node)) is not None
    return name != "retry_if_exception_type"


def _is_any(module: Module, node: ast.expr | None) -> bool:
    if node is None:
        return False
    kinds = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(module.qualified(one) in _ROOTS for one in kinds)


def _is_set(module: Module, node: ast.expr | None) -> bool:
    return node is not None and not _is_none(module, node)


def _is_none(module: Module, node: ast.expr | None) -> bool:
    return node is not None and literal(module, node) is None


def asks_or_waits(module: Module, function: Function) -> bool:
    """Does a function call a model or wait for something outside, itself or one call deeper?"""
    nodes = {one for one in ast.walk(function) if isinstance(one, ast.Call)}
    return bool(nodes & waits(module).keys()) or asks_model(module, function)


def asks_model(module: Module, function: Function) -> bool:
    """Does a function call a model, itself or one call deeper?"""
    asked = model_calls(module)
    own = [module.by_qualname[name] for name in called_in(module, function) if name in module.by_qualname]
    return any(
        call in asked for one in (function, *own) for call in ast.walk(one) if isinstance(call, ast.Call)
    )


def called_in(module: Module, function: Function) -> set[str]:
    """The names of what a function calls."""
    inner = [one for one in ast.walk(function) if isinstance(one, ast.Call)]
    return {own_function(module, one) or module.qualified(one.func) for one in inner} - {""}
