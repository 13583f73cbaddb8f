"""Loops of scripts that call models, and whether anything ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.scripts.literals import NOT_FOUND, literal
from agentprobe.scan.scripts.model_calls import Asked, asking, loops_around
from agentprobe.scan.scripts.script import FUNCTIONS, Script
from agentprobe.scan.scripts.syntax import Node

_COUNTS = re.compile(
    r"max|limit|count|attempt|retr(?!yable)|iter|step|turn|round|budget|cost|deadline|elapsed|timeout|remaining|"
    r"tries|depth|"
    r"signal|abort|cancel|Date\.now|performance\.now|\.length|\bi\b",
    re.IGNORECASE,
)
"""Words of a test that ends a loop by a count, a cost, a time or from outside."""
_ENDS = re.compile(
    r"tool_?calls|stop_?reason|finish_?reason|tool_?use|function_?call|requires_action", re.IGNORECASE
)
"""What a model says by which loops go on."""
_LENGTHS = re.compile(
    r"(?:tool_?calls|content|choices|messages|text|blocks|uses|\w*calls)\??\.length", re.IGNORECASE
)
"""Lengths that count no rounds."""
_PERSON = re.compile(
    r"(?:question|prompt|readline|input|ask|confirm|receive|recv|next|read|pop|dequeue|waitFor\w*|once|"
    r"nextLine|"
    r"getLine|text|select)$",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"^(?:rl|readline|inquirer|prompts|p|clack|process\.stdin|reader|queue|consumer|iterator)\b|readline"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Endless:
    """A loop that calls a model and that nothing bounds."""

    loop: Node
    asked: Asked
    direct: bool
    retries: bool
    """Does it go round again only when something has failed?"""


def endless_loops(script: Script) -> tuple[Endless, ...]:
    """The loops of a script that nothing bounds; worked out once."""
    if "endless" not in script.kept:
        script.kept["endless"] = tuple(_endless(script))
    found: tuple[Endless, ...] = script.kept["endless"]
    return found


def _endless(script: Script) -> Iterator[Endless]:
    for loop in script.of("while_statement", "do_statement", "for_statement"):
        body = loop.get("body")
        if body is None or not _may_be_endless(script, loop):
            continue
        inside = [
            (asked, direct)
            for call, asked, direct in asking(script, body)
            if next(iter(loops_around(script, call)), None) is loop
        ]
        if not inside or _is_bounded(script, loop, body) or _is_led(script, body):
            continue
        asked, direct = inside[0]
        again = _retries(script, body, asked)
        if again is not None:
            yield Endless(loop=loop, asked=asked, direct=direct, retries=again)


def _may_be_endless(script: Script, loop: Node) -> bool:
    """Is a loop's own test one that need never fail: `true`, or what the model says?"""
    test = script.bare(loop.get("condition"))
    if test is None or test.kind == "empty_statement":
        return loop.kind == "for_statement" and loop.get("increment") is None
    if literal(script, test) is True:
        return True
    if loop.kind == "for_statement":
        return False
    said = script.source(test, 300)
    return _ENDS.search(said) is not None and _COUNTS.search(_LENGTHS.sub("", said)) is None


def _is_bounded(script: Script, loop: Node, body: Node) -> bool:
    """Does a test in a loop look at a count, a cost or a time, and leave?"""
    for one in script.inside(body, "if_statement"):
        test = one.get("condition")
        if test is None or not _leaves(script, one):
            continue
        said = script.source(test, 300)
        plain = _LENGTHS.sub("", said)
        if _COUNTS.search(plain) is not None:
            return True
    if any(_counted_down(script, one, body) for one in script.inside(body, "update_expression")):
        return True
    return any(
        re.search(
            r"throwIfAborted|checkBudget|assertWithin|consume\w*|limit", _name(script, call), re.IGNORECASE
        )
        for call in script.inside(body, "call_expression")
    )


def _counted_down(script: Script, update: Node, body: Node) -> bool:
    """`if (++tries > 3)`, `while (n--)`: is a counter looked at where it is moved?"""
    return any(one.kind in ("if_statement", "ternary_expression") and body.holds(one) and
               (test := one.get("condition")) is not None and test.holds(update)
               for one in script.ancestors(update))  # fmt: skip


def _leaves(script: Script, one: Node) -> bool:
    return bool(script.inside(one, "break_statement", "return_statement", "throw_statement")) or bool(
        script.inside(one, "assignment_expression")
    )


def _is_led(script: Script, body: Node) -> bool:
    """Does a person, a queue or a socket give each round?"""
    for call in script.inside(body, "call_expression"):
        waited = call.parent is not None and call.parent.kind == "await_expression"
        name = _name(script, call)
        if waited and (_PERSON.search(name) or _WAITS.search(name)):
            return True
        if re.search(r"question$|\.prompt$", name):
            return True
    return False


def _name(script: Script, call: Node) -> str:
    called = call.get("function")
    return script.source(called, 60) if called is not None else ""


def _retries(script: Script, body: Node, asked: Asked) -> bool | None:
    """Does a loop leave once its call has succeeded, and go round after a failure? None: it always leaves."""
    for one in script.inside(body, "try_statement"):
        tried, handler = one.get("body"), one.get("handler")
        inner = handler.get("body") if handler is not None else None
        if tried is None or inner is None or not tried.holds(asked.node):
            continue
        if any(each.kind in _LEAVING for each in tried.children):
            return None if any(each.kind in _LEAVING for each in inner.children) else True
    return False


_LEAVING = frozenset({"return_statement", "break_statement", "throw_statement"})


def recursions(script: Script) -> Iterator[tuple[Node, Node, Asked]]:
    """Functions that call themselves after a failure and count nothing: (call, function, what is asked)."""
    for handler in script.of("catch_clause"):
        function = script.function(handler)
        body = handler.get("body")
        if function is None or body is None:
            continue
        for call in script.inside(body, "call_expression"):
            if script.target(call) is not function or script.function(call) is not function:
                continue
            asked = next((asked for _, asked, _ in asking(script, function)), None)
            if asked is not None and not _is_counted(script, function, call):
                yield call, function, asked


def _is_counted(script: Script, function: Node, call: Node) -> bool:
    """Does a function that calls itself hand on a count, or look at one?"""
    handed = [
        *script.arguments(call),
        *([given] if (given := function.get("parameters")) is not None else []),
    ]
    if _COUNTS.search(" ".join(script.source(one) for one in handed)):
        return True
    return (
        re.search(r"attempt|retries|tries\b|maxRetr", script.source(function, 4_000), re.IGNORECASE)
        is not None
    )


def is_limit_off(script: Script, node: Node) -> str:
    """How a limit on rounds is turned off: "Infinity", "10,000"; "" where it is none of that."""
    found = literal(script, node)
    if found is NOT_FOUND or isinstance(found, bool | str):
        return "a function that never stops" if _never(script, node) else ""
    if found is None:
        return ""
    if found == float("inf"):
        return "Infinity"
    return f"{found:,.0f}" if found >= 1_000 else ""


def _never(script: Script, node: Node) -> bool:
    """Is it `() => false`?"""
    found = script.value(node)
    body = script.bare(found.get("body")) if found is not None and found.kind in FUNCTIONS else None
    return body is not None and body.kind == "false"
