"""The functions whose callers ask whether they gave anything back."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agentprobe.scan.flows import own_function
from agentprobe.scan.module import Module


def tested_calls(module: Module) -> tuple[str, ...]:
    """The dotted names of functions whose results are tested for being there: `if answer is None`."""
    found: set[str] = set()
    tests = [one.test for one in module.of(ast.If)] + [one.test for one in module.of(ast.IfExp)]
    tests += [one.test for one in module.of(ast.While)] + [one.test for one in module.of(ast.Assert)]
    for test in tests:
        for one in _presence(test):
            found.update(_made_by(module, one))
    return tuple(sorted(found))


def _presence(test: ast.expr) -> Iterator[ast.expr]:
    """The expressions that a test asks for their presence."""
    if isinstance(test, ast.BoolOp):
        for one in test.values:
            yield from _presence(one)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield test.operand
    elif isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
        yield test.left
    else:
        yield test


def _made_by(module: Module, node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Await | ast.NamedExpr | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call):
        name = own_function(module, node) or module.qualified(node.func)
        if name:
            yield name
    elif isinstance(node, ast.Name):
        for _, value in module.bound(node):
            inner = value.value if isinstance(value, ast.Await) else value
            if isinstance(inner, ast.Call):
                yield from _made_by(module, inner)
