"""Failures among the results of parallel calls, counted and logged before the rest is used."""

from __future__ import annotations

import ast

from agentprobe.scan.finding import Edit, Fix
from agentprobe.scan.mending.additions import importing
from agentprobe.scan.mending.lines import indent_of, line_end, stands_alone, step_of
from agentprobe.scan.module import Module

_NAME = "failed"


def telling_failures(module: Module, call: ast.Call) -> Fix | None:
    """A fix for `found = await gather(…)`; None where the results are bound in another way, or not at all."""
    node = module.parent(call)
    node = module.parent(node) if isinstance(node, ast.Await) else node
    if not isinstance(node, ast.Assign) or not stands_alone(module, node):
        return None
    target, function = node.targets[0], module.function(call)
    if not isinstance(target, ast.Name) or len(node.targets) > 1 or function is None:
        return None
    if any(isinstance(one, ast.Name) and one.id == _NAME for one in ast.walk(function)):
        return None
    logger, imports = _logger(module)
    if imports is None:
        return None
    indent = indent_of(module, module.span(node)[0])
    told = f'"%d of %d calls failed: %r", len({_NAME}), len({target.id}), {_NAME}[0]'
    text = (
        f"\n{indent}{_NAME} = [one for one in {target.id} if isinstance(one, BaseException)]"
        f"\n{indent}if {_NAME}:"
        f"\n{indent}{step_of(indent)}{logger}.warning({told})"
    )
    return Fix(
        what="log and count what failed", edits=(*imports, module.inserted(line_end(module, node), text))
    )


def _logger(module: Module) -> tuple[str, tuple[Edit, ...] | None]:
    """What the file logs with: a logger of its own, else the library."""
    for one in module.tree.body:
        if (
            isinstance(one, ast.Assign)
            and isinstance(one.targets[0], ast.Name)
            and isinstance(one.value, ast.Call)
            and module.qualified(one.value.func) == "logging.getLogger"
        ):
            return one.targets[0].id, ()
    return "logging", importing(module, "import logging")
