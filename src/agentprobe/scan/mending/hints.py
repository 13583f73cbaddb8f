"""A hint of a tool set to what its code does."""

from __future__ import annotations

import ast

from agentprobe.scan.facts import Tool
from agentprobe.scan.finding import Fix
from agentprobe.scan.module import Function, Module

_RIGHT = (("only reads", "readOnlyHint", "False"), ("destroys", "destructiveHint", "True"),
          ("twice", "idempotentHint", "False"))  # fmt: skip
"""What a message says is contradicted, and what the hint ought to be: the worst that the tool does."""


def setting_right(module: Module, function: Function | None, tool: Tool, message: str) -> Fix | None:
    """A fix that turns the hint that is contradicted; None where it is not written in the decorator."""
    for words, name, value in _RIGHT:
        if words in message.removeprefix(tool.name):
            given = _given(function, name) if function is not None else []
            if len(given) != 1:
                return None
            return Fix(what=f"set {name} to {value}", edits=(module.replaced(given[0], value),))
    return None


def _given(function: Function, name: str) -> list[ast.Constant]:
    """The truths that a function's decorators give for a hint."""
    nodes = [node for one in function.decorator_list for node in ast.walk(one)]
    told = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == name]
    for node in nodes:
        for key, item in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == name:
                told.append(item)
    return [one for one in told if isinstance(one, ast.Constant) and isinstance(one.value, bool)]
