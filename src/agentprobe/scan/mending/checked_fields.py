"""A test of shape right after a model's JSON is parsed: the fields that are then taken, and no gap."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentprobe.scan.finding import Fix
from agentprobe.scan.mending.lines import indent_of, line_end, stands_alone, step_of
from agentprobe.scan.module import FUNCTIONS, Module

_PLAIN = (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return, ast.AugAssign)
_MAYBE = (ast.IfExp, ast.BoolOp, ast.Lambda, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp,
          *FUNCTIONS)  # fmt: skip
"""What stands within these may never be reached."""


def checking(module: Module, call: ast.Call, what: str) -> Fix | None:
    """A fix that raises ValueError, as a broken text does, where what was parsed lacks a field."""
    node = module.parent(call)
    if (
        not isinstance(node, ast.Assign)
        or len(node.targets) != 1
        or not isinstance(node.targets[0], ast.Name)
    ):
        return None
    body = _body(module, node)
    if body is None or not stands_alone(module, node):
        return None
    name = node.targets[0].id
    fields = _fields(module, name, body[body.index(node) + 1 :])
    if fields is None:
        return None
    indent = indent_of(module, module.span(node)[0])
    step = step_of(indent)
    wanted = "{" + ", ".join(f'"{field}"' for field in fields) + "}"
    test = f"not isinstance({name}, dict)" + (f" or not {wanted} <= {name}.keys()" if fields else "")
    text = f'\n{indent}if {test}:\n{indent}{step}raise ValueError(f"{what}: {{{name}!r}}")'
    return Fix(what="raise where a field is missing", edits=(module.inserted(line_end(module, node), text),))


def _body(module: Module, node: ast.stmt) -> list[ast.stmt] | None:
    """The block that a statement stands in."""
    above = module.parent(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(above, name, None)
        if isinstance(block, list) and node in block:
            return block
    return None


def _fields(module: Module, name: str, after: list[ast.stmt]) -> list[str] | None:
    """The fields taken whatever happens in the statements that follow; None where it is taken for a list."""
    found: dict[str, None] = {}
    for node in _uses(name, after):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and '"' not in node.value:
            if node.value.isprintable() and "\\" not in node.value and _is_certain(module, node, after):
                found[node.value] = None
        elif not isinstance(node, ast.Name | ast.Attribute | ast.JoinedStr | ast.Constant):
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return None
    return list(found) if found or _is_spread(name, after) else None


def _uses(name: str, after: list[ast.stmt]) -> Iterator[ast.expr]:
    """What is written between the brackets behind a name."""
    for part in after:
        for node in ast.walk(part):
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.value, ast.Name)
                and node.value.id == name
                and isinstance(node.ctx, ast.Load)
            ):
                yield node.slice


def _is_certain(module: Module, node: ast.AST, after: list[ast.stmt]) -> bool:
    """Is it reached without a condition in the block that follows?"""
    for above in module.ancestors(node):
        if above in after:
            return isinstance(above, _PLAIN) and not _leaves_before(after, above)
        if isinstance(above, _MAYBE):
            return False
    return False


def _leaves_before(after: list[ast.stmt], node: ast.AST) -> bool:
    """May something before it leave the block?"""
    return any(
        isinstance(part, ast.Return | ast.Raise | ast.Break | ast.Continue)
        for one in after[: after.index(node)]  # type: ignore[arg-type]  # it is one of them
        for part in ast.walk(one)
    )


def _is_spread(name: str, after: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.keyword) and node.arg is None and getattr(node.value, "id", "") == name
        for part in after
        for node in ast.walk(part)
    )
