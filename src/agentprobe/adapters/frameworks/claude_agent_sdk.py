"""Claude Agent SDK: the tools that run in the SDK's own process, as an MCP server made of functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._tool_run import ToolRun, led
from agentprobe.domain.call import Effect


class ClaudeAgentSdk(Framework):
    """Functions under the SDK's `@tool`; the tools of the Claude program itself run inside that program."""

    title = "Claude Agent SDK"
    modules = ("claude_agent_sdk",)
    tools = "where they run, if they are functions of the SDK's process"
    refs = False
    limits = "the tools of the Claude program itself, such as Bash; the wire tells them"

    def attach(self, module: Any) -> None:
        self.replace(module, "create_sdk_mcp_server", _create)


def _create(own: Function) -> Function:
    def create(name: str, version: str = "1.0.0", tools: Any = None) -> Any:
        return own(name, version, [_led(tool, name) for tool in tools] if tools is not None else None)

    return create


def _led(tool: Any, server: str) -> Any:
    """The tool under the name by which the model knows it; what it says of itself decides its effect."""
    reads = getattr(tool.annotations, "readOnlyHint", None) is True
    effect = Effect.READ if reads else Effect.WRITE

    async def handler(given: Any) -> Any:
        said = ToolRun(name=f"mcp__{server}__{tool.name}", arguments=given, effect=effect)
        return await led(tool.handler, said)(given)

    return replace(tool, handler=handler)
