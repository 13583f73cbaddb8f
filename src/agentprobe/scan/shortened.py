"""Expressions cut to what their first letters need, so that no table of thousands is written out for them."""

from __future__ import annotations

import ast

_SHORT = 400
"""Up to so many bytes on one line a node is written out as it is."""


def beginning(node: ast.AST, letters: int) -> ast.AST:
    """A node whose source begins with the same letters; parts that would stand further on are left out."""
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    if first == last and (getattr(node, "end_col_offset", 0) or 0) - getattr(node, "col_offset", 0) < _SHORT:
        return node
    return _Cut(letters + 8).of(node) if isinstance(node, ast.expr) else node


class _Cut:
    """Copies lists, tables and calls until so many parts are copied; each part takes a letter at least."""

    def __init__(self, parts: int) -> None:
        self._left = parts

    def of(self, node: ast.expr) -> ast.expr:
        self._left -= 1
        if isinstance(node, ast.List):
            return ast.List(elts=self._some(node.elts), ctx=node.ctx)
        if isinstance(node, ast.Tuple):
            return ast.Tuple(elts=self._some(node.elts), ctx=node.ctx)
        if isinstance(node, ast.Set):
            return ast.Set(elts=self._some(node.elts))
        if isinstance(node, ast.Dict):
            values = self._some(node.values)
            return ast.Dict(keys=node.keys[: len(values)], values=values)
        if isinstance(node, ast.Call):
            args = self._some(node.args)
            given = self._some([word.value for word in node.keywords])
            words = [
                ast.keyword(arg=word.arg, value=its) for word, its in zip(node.keywords, given, strict=False)
            ]
            return ast.Call(func=node.func, args=args, keywords=words)
        return node

    def _some(self, nodes: list[ast.expr]) -> list[ast.expr]:
        found: list[ast.expr] = []
        for one in nodes:
            if self._left <= 0:
                break
            found.append(self.of(one))
        return found
