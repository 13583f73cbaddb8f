"""The plain values of expressions, as far as they can be told without running anything."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from agentprobe.scan.module import Module, argument

CONVERTERS = {"int": int, "float": float, "str": str, "bool": bool}
_LONGEST = 20_000
NOT_FOUND = object()


def literal(module: Module, node: ast.expr | None, depth: int = 0) -> Any:
    """The plain value of an expression that is made of literals and of names bound once; else `NOT_FOUND`.

    Dictionaries, lists and tuples come as JSON has them; an f-string is no literal.
    """
    if node is None or depth > 8:
        return NOT_FOUND
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str | int | float | bool) or node.value is None:
            return node.value
        return NOT_FOUND
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = literal(module, node.operand, depth + 1)
        if isinstance(inner, int | float):
            return -inner if isinstance(node.op, ast.USub) else inner
        return NOT_FOUND
    if isinstance(node, ast.Name | ast.Attribute):
        meant = module.value(node)
        if meant is None or meant is node or (isinstance(meant, ast.List) and grows(module, node)):
            return NOT_FOUND
        return literal(module, meant, depth + 1)
    reader = _READERS.get(type(node))
    return reader(module, node, depth) if reader is not None else NOT_FOUND


def grows(module: Module, name: ast.Name | ast.Attribute) -> bool:
    """Does a list get more items after it was made?"""
    if "growing lists" not in module.kept:
        module.kept["growing lists"] = frozenset(
            ast.unparse(one.func.value)
            for one in module.calls
            if isinstance(one.func, ast.Attribute)
            and one.func.attr in ("append", "extend", "insert")
            and isinstance(one.func.value, ast.Name | ast.Attribute)
        )
    return ast.unparse(name) in module.kept["growing lists"]


def _list(module: Module, node: ast.List | ast.Tuple | ast.Set, depth: int) -> Any:
    parts = [literal(module, one, depth + 1) for one in node.elts]
    return NOT_FOUND if any(one is NOT_FOUND for one in parts) else parts


def _computed(module: Module, node: ast.BinOp, depth: int) -> Any:
    left, right = literal(module, node.left, depth + 1), literal(module, node.right, depth + 1)
    if isinstance(left, str) and isinstance(right, str) and isinstance(node.op, ast.Add):
        return (left + right)[:_LONGEST]
    if not (isinstance(left, int | float) and isinstance(right, int | float)):
        return NOT_FOUND
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.Div | ast.FloorDiv) and right:
        return left / right if isinstance(node.op, ast.Div) else left // right
    if isinstance(node.op, ast.Pow) and abs(left) <= 1024 and 0 <= right <= 64:
        return left**right
    return NOT_FOUND


def _table(module: Module, node: ast.Dict, depth: int) -> Any:
    found: dict[str, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        name = literal(module, key, depth + 1) if key is not None else NOT_FOUND
        its = literal(module, item, depth + 1)
        if not isinstance(name, str) or its is NOT_FOUND:
            return NOT_FOUND
        found[name] = its
    return found


def _called(module: Module, node: ast.Call, depth: int) -> Any:
    """`int("3")`, `dict(a=1)`, `timedelta(seconds=5)` and the like."""
    name = module.qualified(node.func)
    if name in CONVERTERS and len(node.args) == 1:
        inner = literal(module, node.args[0], depth + 1)
        try:
            return CONVERTERS[name](inner) if inner is not NOT_FOUND else NOT_FOUND
        except (TypeError, ValueError):
            return NOT_FOUND
    if name == "dict" and not node.args and all(word.arg for word in node.keywords):
        parts = {str(word.arg): literal(module, word.value, depth + 1) for word in node.keywords}
        return NOT_FOUND if any(one is NOT_FOUND for one in parts.values()) else parts
    if name in _SECONDS or name.endswith((".Timeout", ".ClientTimeout")):
        return _seconds(module, node, depth)
    if name in _FIELDS:
        return literal(module, argument(node, "default", 0), depth + 1)
    if name.endswith("dedent") and node.args:
        return literal(module, node.args[0], depth + 1)
    return NOT_FOUND


_READERS: dict[type[ast.expr], Callable[[Module, Any, int], Any]] = {
    ast.BinOp: _computed,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _list,
    ast.Dict: _table,
    ast.Call: _called,
}
_FIELDS = ("pydantic.Field", "pydantic.fields.Field", "dataclasses.field", "sqlmodel.Field")
_SECONDS = {"datetime.timedelta": {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}}


def _seconds(module: Module, node: ast.Call, depth: int) -> Any:
    """A span as seconds: `timedelta(minutes=2)`, `httpx.Timeout(60, connect=5)`, `ClientTimeout(total=9)`."""
    units = _SECONDS.get(module.qualified(node.func))
    if units is not None:
        parts = [(units.get(str(one.arg)), literal(module, one.value, depth + 1)) for one in node.keywords]
        if node.args or not all(unit and isinstance(its, int | float) for unit, its in parts):
            return NOT_FOUND
        return sum(unit * its for unit, its in parts if unit)
    for name, position in (("timeout", 0), ("total", 0), ("read", None)):
        found = literal(module, argument(node, name, position), depth + 1)
        if isinstance(found, int | float):
            return found
    return NOT_FOUND
