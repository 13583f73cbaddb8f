"""PydanticAI: function tools, where their toolset calls them."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class PydanticAi(Framework):
    """Function tools of PydanticAI; those of an MCP server are no function tools."""

    title = "PydanticAI"
    modules = ("pydantic_ai.toolsets.function",)

    def attach(self, module: Any) -> None:
        self.replace(module.FunctionToolset, "call_tool", _call_tool)


def _call_tool(own: Function) -> Function:
    async def call_tool(toolset: Any, name: str, tool_args: dict[str, Any], ctx: Any, tool: Any) -> Any:
        said = ToolRun(name=ctx.tool_name or name, arguments=tool_args, ref=ctx.tool_call_id or "")
        code = led(tool.call_func, said, own=_function(toolset, name))
        return await own(toolset, name, tool_args, ctx, StandIn(tool, call_func=code))

    return call_tool


def _function(toolset: Any, name: str) -> Function | None:
    """The user's own function, where the toolset says."""
    made = getattr(toolset, "tools", {}).get(name)
    return getattr(made, "function", None)
