"""OpenAI Agents: function tools, where their own code runs and before its errors become words."""

from __future__ import annotations

import json
from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class Agents(Framework):
    """Function tools of the OpenAI Agents SDK, agents and MCP servers used as tools included.

    A `FunctionTool` made by hand, with an `on_invoke_tool` of its own, is seen as its caller sees it.
    """

    title = "OpenAI Agents"
    modules = ("agents.tool", "agents.run_internal.tool_execution")

    def attach(self, module: Any) -> None:
        if module.__name__ == "agents.tool":
            self.replace(module._FailureHandlingFunctionToolInvoker, "__call__", _invoke)
        self.replace(module, "_invoke_function_tool_with_metadata", _invoke_by_hand)


def _invoke(own: Function) -> Function:
    async def invoke(invoker: Any, context: Any, input: str) -> Any:
        said = ToolRun(name=context.tool_name, arguments=_arguments(input), ref=context.tool_call_id)
        code = invoker._invoke_tool_impl
        user = invoker._get_wrapped_callable()
        inner = led(code, said, own=user if callable(user) else None)
        return await own(StandIn(invoker, _invoke_tool_impl=inner), context, input)

    return invoke


def _invoke_by_hand(own: Function) -> Function:
    async def invoke(*, function_tool: Any, context: Any, arguments: str) -> Any:
        code = function_tool.on_invoke_tool
        if hasattr(code, "_invoke_tool_impl"):
            return await own(function_tool=function_tool, context=context, arguments=arguments)
        said = ToolRun(name=context.tool_name, arguments=_arguments(arguments), ref=context.tool_call_id)
        tool = StandIn(function_tool, on_invoke_tool=led(code, said))
        return await own(function_tool=tool, context=context, arguments=arguments)

    return invoke


def _arguments(text: str) -> dict[str, Any]:
    """What the model wrote; text that is no object is told as it is."""
    try:
        read = json.loads(text) if text else {}
    except ValueError:
        read = text
    return read if isinstance(read, dict) else {"input": read}
