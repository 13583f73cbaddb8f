"""A tool of an MCP server writes and does not say so."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from agentprobe.domain.sign import Sign
from agentprobe.scan.facts import Effect, Tool
from agentprobe.scan.finding import Edit, Finding, Fix, Probe
from agentprobe.scan.module import Module
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.scripts.tools import tools
from agentprobe.scan.severity import Mode, Severity, Tier
from agentprobe.scan.tool_effects import STRONG, in_words
from agentprobe.scan.tools import every_tool


class WriteToolUnannotated(Rule):
    """A tool of an MCP server changes the world, and nothing in its declaration says so.

    Finds: a tool of an MCP server whose code writes (or whose name says so without doubt) and that has no
    `annotations`.

    Breaks: a client that asks before writes, runs reads in parallel or repeats what failed has only these
    hints to go by. Without them a read and a payment look alike: either every call is asked about, until
    people stop reading the question, or none is.

    Example:

        from mcp.server.fastmcp import FastMCP

        mcp = FastMCP("desk")

        @mcp.tool()
        def close_ticket(number: int) -> str:
            \"\"\"Close a ticket.\"\"\"
            DATABASE.execute("UPDATE tickets SET open = 0 WHERE number = ?", (number,))
            return "closed"

    Instead:

        from mcp.server.fastmcp import FastMCP
        from mcp.types import ToolAnnotations

        mcp = FastMCP("desk")

        @mcp.tool(annotations=ToolAnnotations(readOnlyHint=False, idempotentHint=True))
        def close_ticket(number: int) -> str:
            \"\"\"Close a ticket.\"\"\"
            DATABASE.execute("UPDATE tickets SET open = 0 WHERE number = ?", (number,))
            return "closed"

    False alarms: a tool that only reads needs no hints to be safe and is not found.
    """

    code = "TOOL001"
    severity = Severity.MEDIUM
    mode = Mode.TOOL_CONTRACT
    probe = Probe(
        faults=("reply_lost",), expects="does it twice, as if it only read", shows=(Sign.DUPLICATED,)
    )
    fixes = "unsafe"
    triggers = ("mcp",)

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in tools(script) if not is_test(script.path) else ():
            if one.kind != "mcp" or one.hints or one.open or not one.writes_surely:
                continue
            yield self.found(
                script.place(one.node),
                f"the tool {one.name} writes, and its declaration does not say so",
                tier=Tier.INFERRED,
                subject=one.name,
                consequence="a client cannot tell it from a read: it may run unasked, in parallel or twice",
                advice="give it annotations: readOnlyHint: false, and destructiveHint and idempotentHint as "
                "they are",
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if not is_test(module.path):
            for tool in every_tool(module):
                yield from self._told(tool, module)

    def in_tools(self, tools: Sequence[Tool]) -> Iterable[Finding]:
        for tool in tools:
            yield from self._told(tool, None)

    def _told(self, tool: Tool, module: Module | None) -> Iterable[Finding]:
        if tool.kind == "mcp" and tool.effect is Effect.WRITE and not tool.hints:
            yield self.found(
                tool.place,
                f"the tool {tool.name} writes, and its declaration does not say so",
                tier=_tier(tool),
                subject=tool.name,
                consequence="a client cannot tell it from a read: it may run it unasked, in parallel or "
                "twice",
                advice="give it annotations: readOnlyHint=False, and destructiveHint and idempotentHint "
                "as they are",
                fix=_fix(module, tool) if module is not None else None,
            )


def _tier(tool: Tool) -> Tier:
    if tool.effect_by == "code":
        return Tier.PROVED
    return Tier.INFERRED if STRONG.match(f"{in_words(tool.name)}_") else Tier.HINT


def _fix(module: Module, tool: Tool) -> Fix | None:
    function = module.by_qualname.get(tool.function)
    if function is None:
        return None
    for decorator in function.decorator_list:
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(func, ast.Attribute) and func.attr == "tool":
            destroys = in_words(tool.name).startswith(("delete", "remove", "drop", "cancel"))
            hints = f'annotations={{"readOnlyHint": False, "destructiveHint": {destroys}}}'
            return Fix(what="say that it writes", edits=(_edit(module, decorator, hints),))
    return None


def _edit(module: Module, decorator: ast.expr, hints: str) -> Edit:
    if isinstance(decorator, ast.Call):
        return module.with_argument(decorator, hints)
    return module.inserted(module.span(decorator)[1], f"({hints})")
