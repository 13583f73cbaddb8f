"""A session with an MCP server may wait for ever."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.bounds import has_deadline
from agentprobe.scan.finding import Finding, Fix, Origin, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.mending.session_deadline import waiting_no_longer
from agentprobe.scan.module import Module, argument, spreads
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_shown, is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.values import literal

_SESSIONS = {
    "mcp.ClientSession": "read_timeout_seconds",
    "mcp.client.session.ClientSession": "read_timeout_seconds",
    "fastmcp.Client": "timeout",
    "fastmcp.client.Client": "timeout",
}
"""What makes a session, and its parameter for the longest wait; without it there is none."""
_ASKED_FOR = {
    "agents.mcp.MCPServerStdio": "client_session_timeout_seconds",
    "agents.mcp.MCPServerSse": "client_session_timeout_seconds",
    "agents.mcp.MCPServerStreamableHttp": "client_session_timeout_seconds",
}
"""Sessions that have a deadline unless it is switched off by None."""

_MAKERS = tuple(dict.fromkeys(name.rpartition(".")[2] for name in (*_SESSIONS, *_ASKED_FOR)))

_OBJECTS = re.compile(r"(?:^|_)(?:server|mcp|app|proxy)$")
"""What is called so is the server itself; an address is called url, and a way to it transport."""


class McpNoDeadline(Rule):
    """A call of an MCP server's tool has no deadline.

    Finds: `ClientSession(…)` of `mcp` without `read_timeout_seconds` and `Client(…)` of `fastmcp` without
    `timeout` in a file whose calls have no deadline either; servers of the OpenAI Agents SDK whose deadline
    of 5 s is switched off by `None`.

    Breaks: these sessions wait for an answer without limit. A server that hangs, or that died behind a proxy,
    holds the agent's turn for ever; the user sees it think.

    Example:

        from mcp import ClientSession

        async def call(streams, name, arguments):
            async with ClientSession(*streams) as session:
                await session.initialize()
                return await session.call_tool(name, arguments)

    Instead:

        from datetime import timedelta
        from mcp import ClientSession

        async def call(streams, name, arguments):
            async with ClientSession(*streams, read_timeout_seconds=timedelta(seconds=60)) as session:
                await session.initialize()
                return await session.call_tool(name, arguments)

    False alarms: a server in the same process; `call_tool` with its own `read_timeout_seconds`, or under
    `asyncio.timeout` or `wait_for`.
    """

    code = "LAT005"
    severity = Severity.HIGH
    mode = Mode.API_LATENCY
    fixes = "safe"
    item = Item.DEADLINES
    probe = Probe(faults=("hang",), expects="waits for the server for ever", shows=(Sign.LATE,), at="tool")
    triggers = ("mcp",)

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for call in calls_of(module, *_MAKERS):
            dotted = module.qualified(call.func)
            word = _SESSIONS.get(dotted) or _ASKED_FOR.get(dotted)
            if word is None or not _without(module, call, dotted, word):
                continue
            function = module.function(call)
            library = dotted.partition(".")[0]
            source = f"default of {library}" if dotted in _SESSIONS else "asked for here"
            yield self.found(
                module.place(call),
                f"the session of {dotted.rpartition('.')[2]} has no deadline: a silent server is waited for",
                tier=Tier.PROVED,
                severity=Severity.MEDIUM if is_shown(module.path) else None,
                subject=module.qualname(function) if function is not None else "",
                consequence="a server that hangs holds the agent's turn for ever",
                advice=f"give {word}=, or read_timeout_seconds= to each call_tool",
                origins=(Origin(name=word, value="none", source=source, place=module.place(call)),),
            )

    def mended(self, project: Project, finding: Finding) -> Fix | None:
        return waiting_no_longer(project, finding.place, finding.origins[0].name)


def _without(module: Module, call: ast.Call, dotted: str, word: str) -> bool:
    given = argument(call, word, 2 if dotted.endswith("ClientSession") else None)
    if given is not None:
        return isinstance(given, ast.Constant) and given.value is None
    if dotted in _ASKED_FOR or spreads(call) or has_deadline(module, call) or _is_inside(module, call):
        return False
    return not _calls_have(module)


def _is_inside(module: Module, call: ast.Call) -> bool:
    """Is the server in the same process: `Client(FastMCP("shop"))`, `Client(server)` of an object?"""
    if not call.args:
        return False
    given = call.args[0]
    if module.qualified(given).endswith((".FastMCP", ".MCPServer", ".FastMCP.as_proxy")):
        return True
    named = isinstance(given, ast.Name) and _OBJECTS.search(given.id.lower()) is not None
    return named and not isinstance(module.value(given), ast.Constant | ast.Dict | ast.JoinedStr | ast.BinOp)


def _calls_have(module: Module) -> bool:
    """Does every call of a tool in this module have a deadline of its own?"""
    calls = calls_of(module, "call_tool")
    return bool(calls) and all(
        has_deadline(module, one)
        or any(
            word.arg in ("read_timeout_seconds", "timeout") and literal(module, word.value) is not None
            for word in one.keywords
        )
        for one in calls
    )
