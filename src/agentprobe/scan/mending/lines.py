"""How a file writes its lines: what stands before a statement, and one step further in."""

from __future__ import annotations

import ast

from agentprobe.scan.module import Module


def indent_of(module: Module, at: int) -> str:
    """What stands on a line before the byte `at`."""
    raw = module.text.raw
    return raw[raw.rfind(b"\n", 0, at) + 1 : at].decode("utf-8", "replace").removeprefix("\ufeff")


def step_of(indent: str) -> str:
    """One more step inward, in the file's own way."""
    return "\t" if indent.startswith("\t") else "  " if len(indent) % 4 == 2 else "    "


def stands_alone(module: Module, node: ast.stmt) -> bool:
    """Does a statement share its first and last line with nothing, comments behind it aside?"""
    start, end = module.span(node)
    raw = module.text.raw
    line_end = raw.find(b"\n", end)
    behind = raw[end : line_end if line_end >= 0 else len(raw)].strip()
    return not indent_of(module, start).strip() and (not behind or behind.startswith(b"#"))


def line_end(module: Module, node: ast.stmt) -> int:
    """The byte at which a statement's last line ends, behind its comment and before its line's end."""
    raw = module.text.raw
    _, end = module.span(node)
    found = raw.find(b"\n", end)
    if found < 0:
        return len(raw)
    return found - 1 if raw[found - 1 : found] == b"\r" else found


def written(module: Module, node: ast.expr | ast.stmt) -> str:
    """A node as the file writes it."""
    start, end = module.span(node)
    return module.text.raw[start:end].decode("utf-8", "replace").replace("\r\n", "\n")
