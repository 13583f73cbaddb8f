"""LlamaIndex: function tools by `call` and `acall`."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class LlamaIndexCore(Framework):
    """Function tools of LlamaIndex; a query engine used as a tool is seen by its model calls."""

    title = "LlamaIndex"
    modules = ("llama_index.core.tools.function_tool",)
    refs = False
    limits = "tools that are no FunctionTool, such as a QueryEngineTool"

    def attach(self, module: Any) -> None:
        self.replace(module.FunctionTool, "call", _call)
        self.replace(module.FunctionTool, "acall", _acall)


def _call(own: Function) -> Function:
    def call(tool: Any, *args: Any, **kwargs: Any) -> Any:
        code = led(tool._fn, _said(tool, args, kwargs), own=_function(tool))
        return own(StandIn(tool, _fn=code), *args, **kwargs)

    return call


def _acall(own: Function) -> Function:
    async def acall(tool: Any, *args: Any, **kwargs: Any) -> Any:
        code = led(tool._async_fn, _said(tool, args, kwargs), own=_function(tool))
        return await own(StandIn(tool, _async_fn=code), *args, **kwargs)

    return acall


def _said(tool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ToolRun:
    arguments = {name: value for name, value in kwargs.items() if name != tool.ctx_param_name}
    return ToolRun(name=tool.metadata.get_name(), arguments=None if args else arguments)


def _function(tool: Any) -> Function | None:
    return getattr(tool, "_real_fn", None)
