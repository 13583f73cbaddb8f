"""Strands Agents: decorated functions and module tools, by their `stream`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class Strands(Framework):
    """Tools of Strands Agents: functions under `@tool`, streaming ones included, and modules as tools."""

    title = "Strands Agents"
    modules = ("strands.tools.decorator", "strands.tools.tools")

    def attach(self, module: Any) -> None:
        kind = (
            module.DecoratedFunctionTool if module.__name__.endswith("decorator") else module.PythonAgentTool
        )
        self.replace(kind, "stream", _stream)


def _stream(own: Function) -> Function:
    async def stream(tool: Any, tool_use: Any, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        said = ToolRun(
            name=tool_use["name"], arguments=tool_use.get("input", {}), ref=tool_use.get("toolUseId", "")
        )
        stands_in = StandIn(tool, _tool_func=led(tool._tool_func, said))
        async for event in own(stands_in, tool_use, *args, **kwargs):
            yield event

    return stream
