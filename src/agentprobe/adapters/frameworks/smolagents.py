"""smolagents: tools by `Tool.__call__`, of agents that call tools and of agents that write code."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class Smolagents(Framework):
    """Tools of smolagents; its `final_answer` is an answer and no tool."""

    title = "smolagents"
    modules = ("smolagents.tools",)
    refs = False
    limits = "tools that a code agent runs in a remote or container executor"

    def attach(self, module: Any) -> None:
        self.replace(module.Tool, "__call__", _call)


def _call(own: Function) -> Function:
    def call(tool: Any, *args: Any, **kwargs: Any) -> Any:
        if type(tool).__name__ == "FinalAnswerTool":
            return own(tool, *args, **kwargs)
        code = led(tool.forward, ToolRun(name=tool.name))
        return own(StandIn(tool, forward=code), *args, **kwargs)

    return call
