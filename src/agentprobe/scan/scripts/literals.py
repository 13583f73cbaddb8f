"""Plain values that stand in a script: numbers with their arithmetic, texts, truths, lists."""

from __future__ import annotations

import re
from typing import Any

from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.syntax import Node

NOT_FOUND = object()
"""Stands for a value that the source does not tell."""
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LONGEST = 200_000


def literal(script: Script, node: Node | None, depth: int = 0) -> Any:
    """What an expression is, followed through names that are bound once; NOT_FOUND where nobody can say."""
    node = script.value(node)
    if node is None or depth > 6:
        return NOT_FOUND
    if node.kind in ("string", "template_string"):
        return _text(script, node)
    if node.kind in _NAMED:
        return _NAMED[node.kind]
    if node.kind == "number":
        return _number(script.source(node))
    if node.kind in ("unary_expression", "binary_expression"):
        return _counted(script, node, depth)
    return _NAMED_TOO.get(script.source(node), NOT_FOUND)


_NAMED = {"true": True, "false": False, "null": None, "undefined": None}
_NAMED_TOO = {"Infinity": float("inf"), "Number.POSITIVE_INFINITY": float("inf"),
              "Number.MAX_SAFE_INTEGER": 2**53 - 1, "undefined": None}  # fmt: skip


def number(script: Script, node: Node | None) -> float | None:
    """An expression as a number; None where it is none, or nobody can say."""
    found = literal(script, node)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def text(script: Script, node: Node | None) -> str | None:
    """An expression as a text, with `{…}` where something is filled in; None where it is none."""
    found = literal(script, node)
    return found if isinstance(found, str) else None


def _text(script: Script, node: Node) -> str:
    parts: list[str] = []
    for one in node.children:
        raw = script.text.raw[one.start : min(one.end, one.start + _LONGEST)].decode("utf-8", "replace")
        if one.kind == "template_substitution":
            parts.append("{" + " ".join(raw[2:-1].split())[:60] + "}")
        elif one.kind == "escape_sequence":
            parts.append(_ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), raw))
        else:
            parts.append(raw)
    return "".join(parts)


def _number(said: str) -> Any:
    said = said.replace("_", "").removesuffix("n")
    try:
        return int(said, 0)
    except ValueError:
        pass
    try:
        return float(said)
    except ValueError:
        return NOT_FOUND


def _counted(script: Script, node: Node, depth: int) -> Any:
    operator = node.get("operator")
    sign = script.source(operator) if operator is not None else ""
    if node.kind == "unary_expression":
        found = literal(script, node.get("argument"), depth + 1)
        plain = isinstance(found, int | float) and not isinstance(found, bool)
        return -found if sign == "-" and plain else NOT_FOUND
    left, right = (literal(script, node.get(side), depth + 1) for side in ("left", "right"))
    if sign in ("??", "||"):
        return left if left is not NOT_FOUND and left is not None else NOT_FOUND
    if not (isinstance(left, int | float) and isinstance(right, int | float)):
        return left + right if sign == "+" and isinstance(left, str) and isinstance(right, str) else NOT_FOUND
    if sign in "*+-" and abs(left) < 1e15 and abs(right) < 1e15:
        return {"*": left * right, "+": left + right, "-": left - right}[sign]
    return left / right if sign == "/" and right else NOT_FOUND
