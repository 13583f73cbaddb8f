"""Haystack: tools by `Tool.invoke` and `invoke_async`."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class Haystack(Framework):
    """Tools of Haystack: functions, components and pipelines used as tools."""

    title = "Haystack"
    modules = ("haystack.tools.tool",)
    refs = False

    def attach(self, module: Any) -> None:
        self.replace(module.Tool, "invoke", _invoke)
        self.replace(module.Tool, "invoke_async", _invoke_async)


def _invoke(own: Function) -> Function:
    def invoke(tool: Any, **kwargs: Any) -> Any:
        if tool.function is None:
            return own(tool, **kwargs)
        return own(StandIn(tool, function=led(tool.function, ToolRun(name=tool.name))), **kwargs)

    return invoke


def _invoke_async(own: Function) -> Function:
    async def invoke_async(tool: Any, **kwargs: Any) -> Any:
        if tool.async_function is None:
            return await own(tool, **kwargs)
        code = led(tool.async_function, ToolRun(name=tool.name))
        return await own(StandIn(tool, async_function=code), **kwargs)

    return invoke_async
