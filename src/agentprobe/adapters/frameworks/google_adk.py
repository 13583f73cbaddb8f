"""Google ADK: function tools, where their own code is called."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class GoogleAdk(Framework):
    """Function tools of Google's ADK."""

    title = "Google ADK"
    modules = ("google.adk.tools.function_tool",)
    limits = "tools that are no FunctionTool, such as an agent used as a tool"

    def attach(self, module: Any) -> None:
        self.replace(module.FunctionTool, "run_async", _run_async)


def _run_async(own: Function) -> Function:
    async def run_async(tool: Any, *, args: dict[str, Any], tool_context: Any) -> Any:
        said = ToolRun(name=tool.name, arguments=args, ref=tool_context.function_call_id or "")

        async def invoke(target: Function, kwargs: dict[str, Any]) -> Any:
            async def code(**given: Any) -> Any:
                return await tool._invoke_callable(target, given)

            return await led(code, said, own=target)(**kwargs)

        return await own(StandIn(tool, _invoke_callable=invoke), args=args, tool_context=tool_context)

    return run_async
