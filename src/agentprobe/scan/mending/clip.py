"""A tool's long text, cut to what an agent can afford, with a line that says so."""

from __future__ import annotations

import ast

from agentprobe.scan.finding import Fix
from agentprobe.scan.mending.additions import defining
from agentprobe.scan.module import Module, last_word

_NAME = "clipped"
_HELPER = '''\
def clipped(text, most=20_000):
    """A text of at most so many characters, which says how much was cut off."""
    return text if len(text) <= most else f"{text[:most]}\\n[{len(text) - most} more characters cut off]"
'''
_TEXTS = ("text", "get_text", "inner_text", "inner_html", "text_content", "read_text", "decode", "dumps",
          "html2text", "markdownify", "getoutput", "extract_text", "prettify")  # fmt: skip
"""Calls that give a text, whatever they are asked of."""
_SAME = ("strip", "rstrip", "lstrip", "replace", "join", "format")
"""Methods that give a text where they are asked of one."""
_DEEPEST = 4


def clipping(module: Module, given: ast.AST) -> Fix | None:
    """A fix that cuts what a `return` hands on; None where it may be something else than a text."""
    if not isinstance(given, ast.Return) or given.value is None:
        return None
    function = module.function(given)
    says_text = function is not None and _is_name(function.returns, "str")
    helper = defining(module, _NAME, _HELPER)
    if helper is None or not (says_text or _is_text(module, given.value, 0)):
        return None
    start, end = module.span(given.value)
    return Fix(
        what="cut it at 20,000 characters, and say so",
        edits=(*helper, module.inserted(start, f"{_NAME}("), module.inserted(end, ")")),
    )


def _is_name(node: ast.expr | None, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (
        isinstance(node, ast.Constant) and node.value == name
    )


def _is_text(module: Module, node: ast.expr | None, depth: int) -> bool:
    """Is it a text for certain, by how it is made?"""
    if node is None or depth > _DEEPEST:
        return False
    parts = _alike(module, node)
    if parts:
        return all(_is_text(module, one, depth + 1) for one in parts)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.Call):
        return last_word(node.func) in _TEXTS or module.qualified(node.func) == "str"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return any(_is_text(module, one, depth + 1) for one in (node.left, node.right))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Attribute) and node.attr == "text")


def _alike(module: Module, node: ast.expr) -> list[ast.expr | None]:
    """What an expression is a text by, where all of that is; empty where it says so itself."""
    if isinstance(node, ast.Await):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.Name):
        return [value for _, value in module.bound(node)] or [None]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SAME:
        return [node.func.value]
    return []
