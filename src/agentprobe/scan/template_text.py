"""The text of an expression, with `{name}` where something is filled in."""

from __future__ import annotations

import ast

from agentprobe.scan.module import Module
from agentprobe.scan.values import NOT_FOUND, literal

_DEEPEST = 12
_MOST_PARTS = 200
_KEEPING = frozenset({"format", "strip", "lstrip", "rstrip", "format_map", "replace", "substitute"})
"""Methods after which a text is still the same prompt."""


def text_of(module: Module, node: ast.expr, depth: int = 0) -> tuple[str, tuple[str, ...]]:
    """The text of an expression with `{name}` for what is filled in, and those names; "" if it is no text."""
    if depth > _DEEPEST:
        return "", ()
    plain = literal(module, node)
    if plain is not NOT_FOUND:
        return (plain, ()) if isinstance(plain, str) else ("", ())
    if isinstance(node, ast.JoinedStr):
        return _of_pieces(module, node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _sum(module, node, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return text_of(module, node.left, depth + 1)
    if isinstance(node, ast.Call):
        return _of_call(module, node, depth)
    return "", ()


def _of_pieces(module: Module, node: ast.JoinedStr) -> tuple[str, tuple[str, ...]]:
    parts, holes = [], []
    for one in node.values:
        if isinstance(one, ast.Constant):
            parts.append(str(one.value))
        elif isinstance(one, ast.FormattedValue):
            known = literal(module, one.value)
            if isinstance(known, str | int | float):
                parts.append(str(known))
                continue
            holes.append(module.source(one.value, 40))
            parts.append("{" + holes[-1] + "}")
    return "".join(parts), tuple(holes)


def _sum(module: Module, node: ast.BinOp, depth: int) -> tuple[str, tuple[str, ...]]:
    """`a + b + c`, however many; a part that is no text and has a name is a hole."""
    parts: list[ast.expr] = [node.right]
    left = node.left
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add) and len(parts) < _MOST_PARTS:
        parts.append(left.right)
        left = left.left
    told: list[str] = []
    holes: list[str] = []
    for one in reversed([*parts, left]):
        text, inner = text_of(module, one, depth + 1)
        if not text and isinstance(one, ast.Name | ast.Attribute | ast.Call):
            inner = (module.source(one, 40),)
            text = "{" + inner[0] + "}" if literal(module, one) is NOT_FOUND else ""
        told.append(text)
        holes += inner
    only_holes = all(text.startswith("{") or not text for text in told)
    return ("", ()) if only_holes else ("".join(told), tuple(holes))


def _of_call(module: Module, node: ast.Call, depth: int) -> tuple[str, tuple[str, ...]]:
    """`"…".format(…)`, `dedent("…")`, `"\\n".join(["…", "…"])`."""
    if module.qualified(node.func).endswith(("dedent", "cleandoc")) and node.args:
        return text_of(module, node.args[0], depth + 1)
    if not isinstance(node.func, ast.Attribute):
        return "", ()
    if node.func.attr in _KEEPING:
        return text_of(module, node.func.value, depth + 1)
    if node.func.attr == "join" and len(node.args) == 1 and isinstance(node.args[0], ast.List | ast.Tuple):
        between = literal(module, node.func.value)
        joined = [text_of(module, one, depth + 1) for one in node.args[0].elts]
        held = tuple(hole for _, holes in joined for hole in holes)
        return (between if isinstance(between, str) else "\n").join(text for text, _ in joined), held
    return "", ()
