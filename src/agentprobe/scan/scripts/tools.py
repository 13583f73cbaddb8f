"""The tools that a script offers: by Vercel's library, LangChain, the Agents SDK, Mastra, and MCP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentprobe.scan.facts import Effect
from agentprobe.scan.scripts.literals import literal, text
from agentprobe.scan.scripts.script import FUNCTIONS, Script
from agentprobe.scan.scripts.syntax import Node
from agentprobe.scan.tool_effects import STRONG, by_name, in_words

_RUNS = ("execute", "func", "invoke", "handler", "run", "callback")
_MAKERS = {
    "ai:tool": "ai", "ai:dynamicTool": "ai", "@openai/agents:tool": "agents",
    "@mastra/core/tools:createTool": "mastra", "@mastra/core:createTool": "mastra",
    "@langchain/core/tools:tool": "langchain", "langchain:tool": "langchain",
    "@langchain/core/tools:DynamicStructuredTool": "langchain",
    "@langchain/core/tools:DynamicTool": "langchain",
    "@anthropic-ai/claude-agent-sdk:tool": "mcp",
}  # fmt: skip
_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_SERVER = re.compile(r"(?:^|:|\.)(?:McpServer|FastMCP)$")


@dataclass(frozen=True, kw_only=True, eq=False)
class ScriptTool:
    """A tool that a model may call."""

    name: str
    node: Node
    kind: str
    """One of "ai", "agents", "mastra", "langchain", "mcp"."""
    function: Node | None
    described: str = ""
    hints: dict[str, bool] | None = None
    """None: nothing is said; of those that may stand in what was not followed too, but then `open`."""
    open: bool = False
    """May hints stand where they could not be followed?"""

    @property
    def effect(self) -> Effect:
        """What it does to the world, as far as its name says."""
        return by_name(self.name)

    @property
    def writes_surely(self) -> bool:
        """Does its name leave little doubt that it changes something?"""
        return STRONG.match(f"{in_words(self.name)}_") is not None


def tools(script: Script) -> tuple[ScriptTool, ...]:
    """The tools of a script; worked out once."""
    if "tools" not in script.kept:
        script.kept["tools"] = (*_made(script), *_registered(script))
    found: tuple[ScriptTool, ...] = script.kept["tools"]
    return found


def tool_functions(script: Script) -> dict[Node, ScriptTool]:
    """The functions that carry tools out, and those of this script that they call."""
    if "tool functions" not in script.kept:
        found = {one.function: one for one in tools(script) if one.function is not None}
        for _ in range(3):
            for function, tool in list(found.items()):
                for call in script.inside(function, "call_expression"):
                    target = script.target(call)
                    if target is not None:
                        found.setdefault(target, tool)
        script.kept["tool functions"] = found
    told: dict[Node, ScriptTool] = script.kept["tool functions"]
    return told


def tool_around(script: Script, node: Node) -> ScriptTool | None:
    """The tool that comes to a place."""
    known = tool_functions(script)
    return next((known[one] for one in script.ancestors(node) if one in known), None)


def _made(script: Script) -> Iterator[ScriptTool]:
    for node in script.of("call_expression", "new_expression"):
        kind = _MAKERS.get(script.callee(node))
        given = script.arguments(node)
        if kind is None or not given:
            continue
        tables = [one for one in given if (value := script.value(one)) is not None and value.kind == "object"]
        keys = script.properties(tables[0]) if tables else {}
        function = next((found for one in given if (found := _function(script, one)) is not None), None)
        for word in _RUNS:
            if function is None and word in keys:
                function = _function(script, keys[word])
        name = text(script, keys.get("name") or keys.get("id")) if keys.keys() & {"name", "id"} else None
        if kind == "mcp":
            name = text(script, given[0])
        yield ScriptTool(
            name=name or _holder(script, node),
            node=node,
            kind=kind,
            function=function,
            described=(text(script, keys["description"]) or "") if "description" in keys else "",
            hints={} if kind == "mcp" else None,
        )


def _function(script: Script, node: Node | None) -> Node | None:
    found = script.bare(node)
    if found is not None and found.kind in ("identifier", "shorthand_property_identifier"):
        binding = script.bound(found)
        found = script.bare(binding.value) if binding is not None and binding.steady else None
    return found if found is not None and found.kind in FUNCTIONS else None


def _holder(script: Script, node: Node) -> str:
    """What a tool is called by where it is put: `{findOrders: tool({…})}`, `const findOrders = tool({…})`."""
    above = node.parent
    if above is None:
        return ""
    named = (
        above.get("key")
        if above.kind == "pair"
        else above.get("name")
        if above.kind == "variable_declarator"
        else None
    )
    return script.source(named).strip("\"'") if named is not None else ""


def _registered(script: Script) -> Iterator[ScriptTool]:
    """`server.registerTool(name, {…}, fn)` and `server.tool(name, …, fn)` of MCP."""
    for node in script.calls:
        called = node.get("function")
        part = called.get("property") if called is not None and called.kind == "member_expression" else None
        word = script.source(part) if part is not None else ""
        if called is None or word not in ("registerTool", "tool"):
            continue
        given = script.arguments(node)
        name = text(script, given[0]) if given else None
        home = script.qualified(called.get("object"))
        if not name or len(given) < 2 or not _is_server(script, home, called, word):
            continue
        yield _of_mcp(script, node, name, given)


def _is_server(script: Script, home: str, called: Node, word: str) -> bool:
    if _SERVER.search(home):
        return True
    mcp = any("modelcontextprotocol" in meant for meant in script.imports.values())
    holder = called.get("object")
    named = (
        holder is not None and re.search(r"server$|mcp$", script.source(holder), re.IGNORECASE) is not None
    )
    return mcp and named and not home


def _of_mcp(script: Script, node: Node, name: str, given: list[Node]) -> ScriptTool:
    hints: dict[str, bool] = {}
    opened = False
    described = ""
    for one in given[1:]:
        told = text(script, one) if one.kind in ("string", "template_string", "identifier") else None
        described = described or told or ""
        value = script.value(one)
        if one.kind in FUNCTIONS:
            continue
        if value is None or value.kind in ("identifier", "member_expression"):
            opened = True
            continue
        table, whole = script.given(value)
        inner = table.get("annotations")
        if inner is not None:
            table, whole = script.given(inner)
        opened = opened or (not whole and value.kind == "object")
        described = described or (text(script, table["description"]) or "" if "description" in table else "")
        for word in _HINTS:
            if word in table and isinstance(said := literal(script, table[word]), bool):
                hints[word] = said
    function = next((found for one in reversed(given) if (found := _function(script, one)) is not None), None)
    return ScriptTool(
        name=name, node=node, kind="mcp", function=function, described=described, hints=hints, open=opened
    )


def contradiction(one: ScriptTool) -> str:
    """What a tool's hints say against its name; "" where they do not."""
    hints = one.hints or {}
    if hints.get("readOnlyHint") and one.writes_surely:
        return f"the tool {one.name} says readOnlyHint: true, and by its name it changes something"
    if hints.get("destructiveHint") is False and re.match(
        r"(?:delete|drop|remove|purge|destroy)_", f"{in_words(one.name)}_"
    ):
        return f"the tool {one.name} says destructiveHint: false, and by its name it destroys something"
    if hints.get("readOnlyHint") and hints.get("destructiveHint"):
        return f"the tool {one.name} says readOnlyHint: true and destructiveHint: true"
    return ""
