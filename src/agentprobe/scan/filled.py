"""Templates that are filled in by `.format(…)`: which, and with what names."""

from __future__ import annotations

import ast
import string

from agentprobe.scan.facts import Filled
from agentprobe.scan.module import Module
from agentprobe.scan.values import literal

_LONGEST = 20_000


def filled(module: Module) -> tuple[Filled, ...]:
    """The calls of `.format(name=…)` on texts, with keywords alone."""
    found = []
    for call in module.calls:
        func = call.func
        if not isinstance(func, ast.Attribute) or func.attr != "format" or call.args or not call.keywords:
            continue
        template, text = _template(module, func.value)
        if not template and not text:
            continue
        function = module.function(call)
        found.append(
            Filled(
                template=template,
                text=text,
                place=module.place(call),
                names=tuple(word.arg for word in call.keywords if word.arg is not None),
                spread=any(word.arg is None for word in call.keywords),
                function=module.qualname(function) if function else "",
            )
        )
    return tuple(found)


def _template(module: Module, node: ast.expr) -> tuple[str, str]:
    """The dotted name of a template and its text, as far as this file says."""
    text = literal(module, node)
    name = getattr(node, "id", "") or getattr(node, "attr", "")
    if isinstance(text, str):
        return name, text if len(text) <= _LONGEST else ""
    if isinstance(node, ast.Name | ast.Attribute) and not module.bound(node):
        return module.qualified(node), ""
    return "", ""


def names_in(template: str) -> frozenset[str] | None:
    """The names that a template asks for; None where it is no template or asks by place."""
    try:
        parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
    except ValueError:
        return None
    names = {str(part[1]).partition(".")[0].partition("[")[0] for part in parts}
    nested = any("{" in (part[2] or "") for part in parts)
    return frozenset(names) if not nested and all(name.isidentifier() for name in names) else None
