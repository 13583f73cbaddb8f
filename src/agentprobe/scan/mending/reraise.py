"""An error of a model handed on by the handler that swallows it."""

from __future__ import annotations

import ast

from agentprobe.scan.finding import Fix, Place
from agentprobe.scan.mending.lines import indent_of, line_end, stands_alone
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project

_GIVES_UP = (ast.Pass, ast.Return, ast.Continue, ast.Break)


def handing_on(project: Project, place: Place) -> Fix | None:
    """`raise` at the end of a handler, in place of what gives up; None where it leaves in other ways too."""
    module = project.module(place.path)
    if module is None:
        return None
    handler = next(
        (one for one in module.of(ast.ExceptHandler) if (one.lineno, one.col_offset) == _at(module, place)),
        None,
    )
    if handler is None or not _is_plain(handler.body):
        return None
    last = handler.body[-1]
    if not stands_alone(module, last):
        return None
    if isinstance(last, ast.Return) and not _is_nothing(last.value):
        return None  # something else is answered, perhaps on purpose
    if isinstance(last, _GIVES_UP):
        return Fix(what="hand the error on", edits=(module.replaced(last, "raise"),))
    indent = indent_of(module, module.span(last)[0])
    return Fix(what="hand the error on", edits=(module.inserted(line_end(module, last), f"\n{indent}raise"),))


def _is_nothing(node: ast.expr | None) -> bool:
    """Is it None, an empty text, list or dictionary, zero or False?"""
    if isinstance(node, ast.Constant):
        return not node.value
    items = getattr(node, "elts", getattr(node, "keys", None))
    return node is None or (isinstance(items, list) and not items)


def _at(module: Module, place: Place) -> tuple[int, int]:
    line = module.text.lines[place.line - 1] if place.line <= len(module.text.lines) else ""
    return place.line, len(line[: place.column - 1].encode("utf-8", "replace"))


def _is_plain(body: list[ast.stmt]) -> bool:
    """Does a handler do nothing but tell, set and give up?"""
    return all(isinstance(one, (ast.Expr, ast.Assign, ast.AugAssign, *_GIVES_UP)) for one in body)
