"""Handlers of failures around calls of models in scripts, and what they do about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.scripts.literals import text
from agentprobe.scan.scripts.model_calls import Asked, askers, asking, model_calls
from agentprobe.scan.scripts.script import FUNCTIONS, LOOPS, Script
from agentprobe.scan.scripts.syntax import Node

_TELLS = re.compile(
    r"(?:^|\.)(?:set\w*Err\w*|on\w*Err\w*|\w*(?:toast|alert|notify|notification|reject|abort|capture|report|"
    r"emit|fail|"
    r"failed|dispatch|exit|destroy|postMessage|showError|send|enqueue|writeSSE|end|redirect|next|addError|"
    r"retry|fallback|handle\w*)|handle\w*Err\w*|error)$",
    re.IGNORECASE,
)
"""Calls by which somebody learns of a failure."""
_LOGS = re.compile(
    r"^console\.|(?:^|\.)(?:winston|pino|debug|info|warn|warning|error|trace)(?:\.\w+)?$|log",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"\b(?:error|failed|failure|success|ok|isError|is_error|status|errorMessage|errors)\b", re.IGNORECASE
)
_BOUNDARY = re.compile(
    r"^(?:GET|POST|PUT|PATCH|DELETE|main|handler|loader|action|run|start|cli|default|bootstrap)$"
)
_SERVING = re.compile(
    r"\.(?:get|post|put|patch|delete|use|all|on|command|action|addEventListener|handle|tool)$"
)
_ONE_FAILURE = re.compile(r"abort|cancel|instanceof|\.name\b|\.code\b|\.status\b|is\w*Error\(", re.IGNORECASE)
_KINDS = ("string", "template_string")


@dataclass(frozen=True, kw_only=True, eq=False)
class Caught:
    """A handler by which those who called learn nothing of a failed call of a model."""

    handler: Node
    how: str
    """One of "swallows", "answers"."""
    asked: Asked
    direct: bool
    """Does the call itself stand in the `try`?"""
    logged: bool = False
    told: str = ""
    """The text that is given back as an answer."""


def caught(script: Script) -> tuple[Caught, ...]:
    """The handlers of a script that swallow failures of models; worked out once."""
    if "caught" not in script.kept:
        script.kept["caught"] = (*_tried(script), *_chained(script))
    found: tuple[Caught, ...] = script.kept["caught"]
    return found


def _tried(script: Script) -> Iterator[Caught]:
    for node in script.of("try_statement"):
        body, handler = node.get("body"), node.get("handler")
        if body is None or handler is None:
            continue
        inner = next(_within_try(script, node, body), None)
        if inner is not None:
            told = what_it_does(script, node, handler)
            if told is not None:
                how, logged, words = told
                yield Caught(
                    handler=handler, how=how, asked=inner[0], direct=inner[1], logged=logged, told=words
                )


def _within_try(script: Script, node: Node, body: Node) -> Iterator[tuple[Asked, bool]]:
    """The calls of models in a `try` that no handler further in takes first."""
    for call, asked, direct in asking(script, body):
        nearest = next((one for one in script.ancestors(call) if one.kind == "try_statement"), None)
        waits = direct or (
            call.parent is not None and call.parent.kind in ("await_expression", "yield_expression")
        )
        if nearest is node and waits and not is_deferred(script, call, node):
            yield asked, direct


def is_deferred(script: Script, call: Node, node: Node) -> bool:
    """Does a call stand in a function of its own within the `try`, run who knows when?"""
    function = script.function(call)
    if function is None or not node.holds(function):
        return False
    given = function.parent
    return given is None or given.kind != "arguments"


def what_it_does(script: Script, node: Node, handler: Node) -> tuple[str, bool, str] | None:
    """How a handler hides a failure ("swallows", "answers"), does it log, its text; None where not."""
    body = handler.get("body")
    function = script.function(node)
    if body is None or is_handled(script, body, handler) or _is_boundary(script, function):
        return None
    loop = next((one for one in script.ancestors(node) if one.kind in LOOPS or one.kind in FUNCTIONS), None)
    returns = script.within(body, "return_statement")
    if loop is not None and loop.kind in LOOPS and not returns:
        return None  # it goes round again: a retry, or one piece of many
    logged = any(_LOGS.search(script.callee(call) or _written(script, call)) for call in _calls(script, body))
    for one in returns:
        told = None if _is_chosen(script, one, body) else _of_return(script, one, function, logged=logged)
        if told is not None:
            return told[0], logged, told[1]
    if not returns and not _ends_well(script, node, body, function, logged=logged):
        return "swallows", logged, ""
    return None


def _is_chosen(script: Script, one: Node, body: Node) -> bool:
    """Does a `return` stand under a test that tells one failure, such as a cancelled call, from others?"""
    for above in script.ancestors(one):
        if above is body:
            return False
        test = above.get("condition") if above.kind == "if_statement" else None
        if test is not None and _ONE_FAILURE.search(script.source(test, 200)):
            return True
    return False


def _of_return(script: Script, one: Node, function: Node | None, *, logged: bool) -> tuple[str, str] | None:
    """What returning this after a failure does: swallow it, or answer; None where it is told."""
    value = script.bare(one.children[0]) if one.children else None
    if value is None or value.kind in ("null", "undefined") or script.source(value) in ("''", '""', "false"):
        return None if _says_so(script, function) or (value is None and logged) else ("swallows", "")
    if value.kind in ("array", "object") and not value.children:
        return "swallows", ""
    if value.kind in _KINDS:
        words = text(script, value) or ""
        return ("answers", words) if " " in words else None
    return None


def _says_so(script: Script, function: Node | None) -> bool:
    """Does a function's type say that it may give back nothing, so that callers must look?"""
    said = function.get("return_type") if function is not None else None
    return (
        said is not None
        and re.search(r"\bnull\b|\bundefined\b|\bboolean\b|\bvoid\b", script.source(said, 300)) is not None
    )


def _ends_well(script: Script, node: Node, body: Node, function: Node | None, *, logged: bool) -> bool:
    """Is nothing lost where a handler only goes on: no value is expected, or it is written down?"""
    if function is None or _TELLS.search(script.name_of(function)):
        return True
    tried = node.get("body")
    gives = tried is not None and any(one.children for one in script.within(tried, "return_statement"))
    if gives:
        return _says_so(script, function) or bool(script.within(body, "assignment_expression"))
    return logged or bool(script.inside(body, "assignment_expression")) or _follows(script, node)


def _follows(script: Script, node: Node) -> bool:
    """Does something stand after the `try`, such as a way without the model?"""
    block = node.parent
    return block is not None and block.children[-1] is not node


def is_handled(script: Script, body: Node, handler: Node) -> bool:
    """Does a handler let the failure through, tell somebody of it, or hand it on as a value?"""
    if script.within(body, "throw_statement"):
        return True
    for call in _calls(script, body):
        name = script.callee(call) or _written(script, call)
        if _TELLS.search(name) and not _LOGS.search(name):
            return True
    if call_again(script, body):
        return True
    named = handler.get("parameter")
    error = script.source(named) if named is not None and named.kind == "identifier" else ""
    told = script.inside(body, "return_statement", "assignment_expression", "yield_expression")
    return any(_hands_on(script, one, error) for one in told)


def call_again(script: Script, body: Node) -> bool:
    """Is a model asked again in a handler, by another way?"""
    return next(asking(script, body), None) is not None or any(
        call.parent is not None and call.parent.kind == "await_expression" for call in _calls(script, body)
    )


def _hands_on(script: Script, node: Node, error: str) -> bool:
    """Does a returned or assigned value say that something failed?"""
    first = node.children[0] if node.children else None
    value = script.bare(node.get("right") if node.kind == "assignment_expression" else first)
    if value is None:
        return False
    if value.kind in _KINDS or (value.kind == "identifier" and node.kind == "return_statement"):
        return value.kind == "identifier" and script.source(value) == error
    if node.kind == "assignment_expression":
        return bool(error) and any(
            script.source(one) == error for one in (value, *script.inside(value, "identifier"))
        )
    if value.kind == "array":
        return bool(value.children)
    return _SAYS.search(script.source(value, 600)) is not None or bool(
        error and any(script.source(one) == error for one in script.inside(value, "identifier"))
    )


def _is_boundary(script: Script, function: Node | None) -> bool:
    """Does a handler stand where people are told of failures: a route, a command, a component?"""
    if function is None:
        return True
    name = script.name_of(function).rpartition(".")[2]
    if _BOUNDARY.match(name) or re.match(r"(?:on|handle)[A-Z]", name):
        return True
    if script.path.endswith((".tsx", ".jsx")):
        return True
    given = function.parent
    call = given.parent if given is not None and given.kind == "arguments" else None
    if call is not None and call.kind == "call_expression":
        return not name or _SERVING.search(_written(script, call)) is not None
    return any(
        word in script.source(function.get("parameters") or function, 60)
        for word in ("NextRequest", "req:", "req,", "Request)")
    )


def _calls(script: Script, node: Node) -> list[Node]:
    return script.inside(node, "call_expression")


def _written(script: Script, call: Node) -> str:
    called = call.get("function")
    return script.source(called, 60) if called is not None else ""


def _chained(script: Script) -> Iterator[Caught]:
    """`ask(messages).catch(() => null)`."""
    for call in script.calls:
        called = call.get("function")
        part = called.get("property") if called is not None and called.kind == "member_expression" else None
        if called is None or part is None or script.source(part) != "catch":
            continue
        told = _nothing(script, call)
        inner = script.bare(called.get("object"))
        if told is None or inner is None or inner.kind != "call_expression":
            continue
        found = next(((asked, direct) for one, asked, direct in _chain(script, inner)), None)
        if found is not None and not _is_boundary(script, script.function(call)):
            yield Caught(handler=call, how=told[0], asked=found[0], direct=found[1], told=told[1])


def _chain(script: Script, node: Node) -> Iterator[tuple[Node, Asked, bool]]:
    """The call that a chain of `.then(…)` begins with, where it comes to a model."""
    for _ in range(6):
        for found in asking_here(script, node):
            yield found
            return
        called = node.get("function")
        inner = (
            script.bare(called.get("object"))
            if called is not None and called.kind == "member_expression"
            else None
        )
        if inner is None or inner.kind != "call_expression":
            return
        node = inner


def asking_here(script: Script, call: Node) -> Iterator[tuple[Node, Asked, bool]]:
    """One call as a call of a model, where it is or comes to one."""
    direct = model_calls(script).get(call)
    if direct is not None:
        yield call, direct, True
    elif (target := script.target(call)) is not None and target in askers(script):
        yield call, askers(script)[target], False


def _nothing(script: Script, call: Node) -> tuple[str, str] | None:
    """What `.catch(…)` gives back where that says nothing of the failure."""
    handler = script.bare(next(iter(script.arguments(call)), None))
    if handler is None or handler.kind != "arrow_function":
        return None
    body = script.bare(handler.get("body"))
    if body is None:
        return None
    if body.kind == "statement_block":
        return ("swallows", "") if not body.children and _is_used(call) else None
    if body.kind in ("null", "undefined") or (body.kind in ("array", "object") and not body.children):
        return "swallows", ""
    words = text(script, body) if body.kind in _KINDS else None
    if words is None:
        return None
    return ("answers", words) if " " in words else ("swallows", "")


def _is_used(call: Node) -> bool:
    above = call.parent
    while above is not None and above.kind in ("await_expression", "parenthesized_expression"):
        above = above.parent
    return above is not None and above.kind != "expression_statement"
