"""Where a value stands in the source, found again by its place, to be changed there."""

from __future__ import annotations

import ast

from agentprobe.scan.finding import Edit, Place
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project


def number_edit(project: Project, place: Place | None, number: int) -> Edit | None:
    """An edit that puts a number where the literal of a value stands; None where there is no literal."""
    if place is None:
        return None
    module = project.module(place.path)
    node = _at(module, place) if module is not None else None
    if module is None or node is None:
        return None
    meant = module.value(node)
    if not (isinstance(meant, ast.Constant) and isinstance(meant.value, int)):
        return None
    return module.replaced(meant, str(number))


def _at(module: Module, place: Place) -> ast.expr | None:
    for node in module.of(ast.Constant, ast.Name, ast.Attribute):
        if node.lineno == place.line and module.place(node) == place:
            assert isinstance(node, ast.expr)
            return node
    return None


def renamed(project: Project, place: Place | None, old: str, new: str) -> Edit | None:
    """An edit that renames the argument, or the key of a dictionary, whose value stands at a place."""
    module = project.module(place.path) if place is not None else None
    if module is None or place is None:
        return None
    for word in module.of(ast.keyword):
        if word.arg == old and module.place(word.value) == place:
            start, _ = module.span(word)
            return Edit(path=place.path, start=start, end=start + len(old), text=new)
    for table in module.of(ast.Dict):
        for key, item in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == old and module.place(item) == place:
                return module.replaced(key, f'"{new}"')
    return None
