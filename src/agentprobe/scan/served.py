"""The tools of running MCP servers as rules see them, and what rules find in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agentprobe.scan.facts import Tool
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.rule import Rule, overridden
from agentprobe.scan.tool_effects import effect_by

_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


def served_tools(server: str, listed: Iterable[Mapping[str, Any]]) -> tuple[Tool, ...]:
    """What a server lists, as tools; each stands at its number in the list."""
    made = (_tool(server, number, told) for number, told in enumerate(listed, start=1))
    return tuple(tool for tool in made if tool.name)


def found_in_tools(tools: Sequence[Tool], rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """What rules find in the tools that a model is offered, of one server or of several together."""
    asking = [rule for rule in rules if overridden(type(rule), "in_tools")]
    found = [finding for rule in asking for finding in rule.in_tools(tools)]
    return tuple(sorted(found, key=lambda one: (one.place.path, one.place.line, one.code)))


def _tool(server: str, number: int, told: Mapping[str, Any]) -> Tool:
    name, schema = told.get("name"), told.get("inputSchema")
    given = told.get("annotations")
    known = given if isinstance(given, Mapping) else {}
    hints = {hint: known[hint] for hint in _HINTS if isinstance(known.get(hint), bool)}
    named = name if isinstance(name, str) else ""
    effect, by = effect_by(named, hints, [])
    return Tool(
        name=named,
        place=Place(path=f"mcp:{server}", line=number),
        kind="mcp",
        description=str(told.get("description") or ""),
        schema=dict(schema) if isinstance(schema, Mapping) else None,
        effect=effect,
        effect_by=by,
        hints=hints,
        server=server,
    )
