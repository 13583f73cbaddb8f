"""A tool's name that is taken already, refused where tools of several servers meet."""

from __future__ import annotations

import ast

from agentprobe.scan.finding import Fix
from agentprobe.scan.mending.lines import indent_of, stands_alone, step_of, written
from agentprobe.scan.module import Module


def refusing(module: Module, node: ast.Assign) -> Fix | None:
    """A fix that raises where a second server offers a name that is known; the same tool may be put again."""
    target = node.targets[0]
    if not isinstance(target, ast.Subscript):
        return None
    if (
        len(node.targets) > 1
        or not stands_alone(module, node)
        or not isinstance(node.value, ast.Name | ast.Attribute)
    ):
        return None
    table, key = written(module, target.value), written(module, target.slice)
    value = written(module, node.value)
    quote = "'" if '"' in key else '"'
    start = module.span(node)[0]
    indent = indent_of(module, start)
    raised = f"raise ValueError(f{quote}two servers offer a tool named {{{key}}}{quote})"
    text = (
        f"if {key} in {table} and {table}[{key}] is not {value}:\n{indent}{step_of(indent)}{raised}\n{indent}"
    )
    return Fix(what="refuse a name that another server's tool has", edits=(module.inserted(start, text),))
