"""CrewAI: tools by `run` of its tool classes, whoever calls it: an agent, a flow, a text-only model."""

from __future__ import annotations

import sys
from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class Crewai(Framework):
    """Tools of CrewAI, its own and those of LangChain that it wraps."""

    title = "CrewAI"
    modules = ("crewai.tools.base_tool", "crewai.tools.structured_tool")
    refs = False

    def attach(self, module: Any) -> None:
        if module.__name__.endswith("structured_tool"):
            self.replace(module.CrewStructuredTool, "invoke", _by_function)
            self.replace(module.CrewStructuredTool, "ainvoke", _by_function_async)
            return
        self.replace(module.BaseTool, "run", _by_run)
        self.replace(module.BaseTool, "arun", _by_arun)
        self.replace(module.Tool, "run", _by_function)
        self.replace(module.Tool, "arun", _by_arun)


def _by_function(own: Function) -> Function:
    def run(tool: Any, *args: Any, **kwargs: Any) -> Any:
        return own(StandIn(tool, func=led(tool.func, _said(tool))), *args, **kwargs)

    return run


def _by_function_async(own: Function) -> Function:
    async def run(tool: Any, *args: Any, **kwargs: Any) -> Any:
        return await own(StandIn(tool, func=led(tool.func, _said(tool))), *args, **kwargs)

    return run


def _by_run(own: Function) -> Function:
    def run(tool: Any, *args: Any, **kwargs: Any) -> Any:
        return own(StandIn(tool, _run=led(tool._run, _said(tool))), *args, **kwargs)

    return run


def _by_arun(own: Function) -> Function:
    async def run(tool: Any, *args: Any, **kwargs: Any) -> Any:
        code = led(tool._arun, _said(tool), own=getattr(tool, "func", None))
        return await own(StandIn(tool, _arun=code), *args, **kwargs)

    return run


def _said(tool: Any) -> ToolRun:
    """A tool has the name by which models know it, which is a cleaned form of its own."""
    words = sys.modules.get("crewai.utilities.string_utils")
    clean = getattr(words, "sanitize_tool_name", str)
    return ToolRun(name=clean(tool.name))
