"""Handlers in scripts that put a default in the place of what a model wrote and nobody could parse."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentprobe.scan.scripts.parsing import Parsed, parsed
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

_PLAIN = frozenset(
    {"object", "array", "null", "undefined", "string", "number", "false", "true", "template_string"}
)
_SAYS = re.compile(r"\b(?:error|success|ok|valid|failed|parseError|isError|message)\b", re.IGNORECASE)
_LOGS = re.compile(r"console\.|log|warn|captureException", re.IGNORECASE)


def defaulted(script: Script) -> Iterator[tuple[Parsed, Node, bool]]:
    """(what is parsed, the handler, does it say nothing to anybody?)"""
    for one in parsed(script):
        if one.heard is None:
            continue
        tried = next((above for above in script.ancestors(one.call) if above.kind == "try_statement"), None)
        body, handler = (tried.get("body"), tried.get("handler")) if tried is not None else (None, None)
        inner = handler.get("body") if handler is not None else None
        if body is None or handler is None or inner is None or not body.holds(one.call):
            continue
        if script.function(one.call) is not script.function(handler):
            continue
        if script.within(inner, "throw_statement") or _again(script, inner):
            continue
        if _default(script, inner):
            quiet = not any(
                _LOGS.search(script.source(call, 60)) for call in script.inside(inner, "call_expression")
            )
            yield one, handler, quiet


def _again(script: Script, inner: Node) -> bool:
    """Is the model asked again, or something else tried?"""
    return bool(script.inside(inner, "await_expression", "continue_statement", "try_statement"))


def _default(script: Script, inner: Node) -> bool:
    """Does a handler return or set a plain value that says nothing of a failure?"""
    returns = script.within(inner, "return_statement")
    for one in returns:
        value = script.bare(one.children[0]) if one.children else None
        if value is None or value.kind not in _PLAIN:
            return False
        return not (_SAYS.search(script.source(value, 600)) or _is_absence(script, one, value))
    for one in script.within(inner, "assignment_expression"):
        value = script.bare(one.get("right"))
        left = one.get("left")
        if value is None or left is None or value.kind not in _PLAIN or _SAYS.search(script.source(left)):
            return False
        return not _SAYS.search(script.source(value, 600))
    return False


def _is_absence(script: Script, one: Node, value: Node) -> bool:
    """Is nothing given back by a function whose type says that it may, so that callers must look?"""
    function = script.function(one)
    said = function.get("return_type") if function is not None else None
    return value.kind in ("null", "undefined") and (
        said is None or re.search(r"null|undefined", script.source(said, 300)) is not None
    )
