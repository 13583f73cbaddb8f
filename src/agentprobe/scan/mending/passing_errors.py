"""The errors of a library that pass, in place of all errors, where something is tried again."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from agentprobe.scan.finding import Edit, Fix
from agentprobe.scan.mending.additions import importing, joined
from agentprobe.scan.model_calls import model_calls
from agentprobe.scan.module import Function, Module, argument
from agentprobe.scan.retries import Retrier, called_in

_PASSING = {
    "openai": ("APIConnectionError", "InternalServerError", "RateLimitError"),
    "anthropic": ("APIConnectionError", "InternalServerError", "RateLimitError"),
    "litellm": ("APIConnectionError", "InternalServerError", "RateLimitError", "ServiceUnavailableError",
                "Timeout"),
    "groq": ("APIConnectionError", "InternalServerError", "RateLimitError"),
}  # fmt: skip
"""What each raises for lost connections (timeouts among them), 5xx and rate limits."""
_OF_MODELS = {"langchain_openai": "openai", "langchain_anthropic": "anthropic", "langchain_groq": "groq"}


def narrowed(module: Module, one: Retrier) -> Fix | None:
    """A fix by which a library's retry repeats after passing errors alone; None where they are unknown."""
    told = _errors(module, _asked(module, one.function)) if one.function is not None else None
    if told is None:
        return None
    kinds, edits = told
    if one.library == "tenacity":
        return _tenacity(module, one, kinds, edits)
    name, position = {"backoff": ("exception", 1), "stamina": ("on", None)}.get(one.library, ("", None))
    given = argument(one.call, name, position) if one.call is not None and name else None
    if given is None:
        return None
    return Fix(what=_told(kinds), edits=(*edits, module.replaced(given, kinds)))


def narrowed_handler(module: Module, handler: ast.ExceptHandler, call: ast.Call) -> Fix | None:
    """A fix by which a handler in a loop of attempts catches passing errors alone."""
    told = _errors(module, [call])
    if told is None or isinstance(handler.type, ast.Tuple):
        return None
    kinds, edits = told
    if handler.type is not None:
        return Fix(what=_told(kinds), edits=(*edits, module.replaced(handler.type, kinds)))
    start = module.text.offset(handler.lineno, handler.col_offset)
    if module.text.raw[start : start + 7] != b"except:":
        return None
    return Fix(what=_told(kinds), edits=(*edits, module.inserted(start + 6, f" {kinds}")))


def _told(kinds: str) -> str:
    return f"try again only after {kinds.strip('()')}"


def _tenacity(module: Module, one: Retrier, kinds: str, edits: tuple[Edit, ...]) -> Fix | None:
    if one.call is not None and argument(one.call, "retry", 3) is not None:
        return _replaced_kinds(module, one.call, kinds, edits)
    whole = importing(module, "import tenacity") == ()
    name = "tenacity.retry_if_exception_type" if whole else "retry_if_exception_type"
    more = () if whole else importing(module, "from tenacity import retry_if_exception_type")
    if more is None:
        return None
    word = f"retry={name}({kinds})"
    if one.call is not None:
        return Fix(what=_told(kinds), edits=(*joined(edits, more), module.with_argument(one.call, word)))
    return Fix(
        what=_told(kinds),
        edits=(*joined(edits, more), module.inserted(module.span(one.node)[1], f"({word})")),
    )


def _replaced_kinds(module: Module, call: ast.Call, kinds: str, edits: tuple[Edit, ...]) -> Fix | None:
    """`retry_if_exception_type(Exception)`, or without an argument."""
    given = argument(call, "retry", 3)
    if not isinstance(given, ast.Call) or given.keywords or len(given.args) > 1:
        return None
    edit = module.replaced(given.args[0], kinds) if given.args else module.with_argument(given, kinds)
    return Fix(what=_told(kinds), edits=(*edits, edit))


def _asked(module: Module, function: Function) -> list[ast.Call]:
    """The calls of a model that a function makes, itself or one call deeper."""
    names = called_in(module, function)
    every = [function, *(module.by_qualname[name] for name in names if name in module.by_qualname)]
    return [
        one
        for part in every
        for one in ast.walk(part)
        if isinstance(one, ast.Call) and one in model_calls(module)
    ]


def _errors(module: Module, calls: Iterable[ast.Call]) -> tuple[str, tuple[Edit, ...]] | None:
    """The passing errors of what is called, as the file writes them, and what must be imported for them."""
    libraries = {_library(module, call) for call in calls}
    if len(libraries) != 1 or (library := libraries.pop()) not in _PASSING:
        return None
    edits = importing(module, f"import {library}")
    if edits is None:
        return None
    return "(" + ", ".join(f"{library}.{name}" for name in _PASSING[library]) + ")", edits


def _library(module: Module, node: ast.Call) -> str:
    """The library whose errors a call of a model raises; "" where it cannot be said."""
    call = model_calls(module)[node]
    if not call.sure or "ChatCompletion" in call.callee:
        return ""
    first = (call.client.made if call.client is not None else call.callee).partition(".")[0]
    return _OF_MODELS.get(first, first)
