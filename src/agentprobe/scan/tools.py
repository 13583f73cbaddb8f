"""The tools that a module gives to a model, and what they do to the world."""

from __future__ import annotations

from agentprobe.scan.facts import Tool
from agentprobe.scan.module import Function, Module
from agentprobe.scan.tool_forms import decorated, listed, subclassed, wrapped
from agentprobe.scan.tool_listings import mcp_listed, schemas


def tools(module: Module) -> dict[str, Tool]:
    """The tools of a module by their names, in the order of the source; worked out once for a module."""
    if "tools" not in module.kept:
        found: dict[str, Tool] = {}
        for tool in every_tool(module):
            known = found.get(tool.name)
            found[tool.name] = tool if known is None or not known.function else known
        module.kept["tools"] = found
    kept: dict[str, Tool] = module.kept["tools"]
    return kept


def every_tool(module: Module) -> tuple[Tool, ...]:
    """All declarations of tools in a module, also those that share a name; worked out once for a module."""
    if "every tool" not in module.kept:
        declared = [*decorated(module), *wrapped(module), *subclassed(module)]
        known = {tool.function for tool in declared}
        every = [
            *declared,
            *(tool for tool in listed(module) if tool.function not in known),
            *schemas(module),
            *mcp_listed(module),
        ]
        module.kept["every tool"] = tuple(
            sorted(
                {(one.name, one.place): one for one in every}.values(),
                key=lambda one: (one.place.line, one.place.column),
            )
        )
    kept: tuple[Tool, ...] = module.kept["every tool"]
    return kept


def tool_functions(module: Module) -> dict[Function, Tool]:
    """The functions of a module that carry out tools."""
    named = module.by_qualname
    return {named[tool.function]: tool for tool in tools(module).values() if tool.function in named}
