"""The functions of a module that run when a tool is called: tools, and what they call here."""

from __future__ import annotations

import ast

from agentprobe.scan.module import Function, Module
from agentprobe.scan.tool_effects import called_in, calls_in, text_in
from agentprobe.scan.tools import tool_functions


def tool_code(module: Module) -> dict[Function, str]:
    """These functions, each with the name of a tool that runs it; worked out once for a module."""
    if "tool code" not in module.kept:
        found: dict[Function, str] = {one: tool.name for one, tool in tool_functions(module).items()}
        edge = dict(found)
        for _ in range(3):
            edge = {
                after: name
                for one, name in edge.items()
                for after in called_in(module, one)
                if after not in found
            }
            found |= edge
        module.kept["tool code"] = found
    kept: dict[Function, str] = module.kept["tool code"]
    return kept


def queries(module: Module, function: Function) -> list[tuple[ast.Call, str]]:
    """The SQL that a function hands to a database, with {} for what is filled in."""
    found = []
    for call in calls_in(module, function):
        last = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if (
            last
            in (
                "execute",
                "fetch",
                "fetchrow",
                "fetch_all",
                "fetch_one",
                "query",
                "read_sql",
                "raw",
                "sql",
                "run",
            )
            and call.args
        ):
            text = " ".join(text_in(module, call.args[0]).split())
            if text[:6].lower() in ("select", "with a", "update", "delete") or " from " in text.lower():
                found.append((call, text))
    return found
