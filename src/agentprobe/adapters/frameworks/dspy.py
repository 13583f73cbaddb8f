"""DSPy: tools by `Tool.__call__` and `acall`."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class Dspy(Framework):
    """Tools of DSPy; the one by which ReAct ends its own loop is none."""

    title = "DSPy"
    modules = ("dspy.adapters.types.tool",)
    refs = False
    tools = "where they run; the model asks for them in plain text"

    def attach(self, module: Any) -> None:
        self.replace(module.Tool, "__call__", _call)
        self.replace(module.Tool, "acall", _acall)


def _call(own: Function) -> Function:
    def call(tool: Any, *args: Any, **kwargs: Any) -> Any:
        return own(_led(tool), *args, **kwargs)

    return call


def _acall(own: Function) -> Function:
    async def acall(tool: Any, *args: Any, **kwargs: Any) -> Any:
        return await own(_led(tool), *args, **kwargs)

    return acall


def _led(tool: Any) -> Any:
    if str(getattr(tool.func, "__module__", "")).startswith("dspy."):
        return tool
    return StandIn(tool, func=led(tool.func, ToolRun(name=tool.name)))
