"""Microsoft agent-framework: function tools, where their own code is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class AgentFramework(Framework):
    """Function tools of Microsoft's agent-framework, agents used as tools included."""

    title = "Microsoft agent-framework"
    modules = ("agent_framework._tools",)

    def attach(self, module: Any) -> None:
        self.replace(module.FunctionTool, "invoke", _invoke)


def _invoke(own: Function) -> Function:
    async def invoke(tool: Any, **kwargs: Any) -> Any:
        said = ToolRun(name=tool.name, ref=kwargs.get("tool_call_id") or "")

        async def code(**given: Any) -> Any:
            return await tool._invoke_function(given)

        async def invoke_function(call_kwargs: Mapping[str, Any]) -> Any:
            return await led(code, said, own=getattr(tool, "func", None))(**call_kwargs)

        return await own(StandIn(tool, _invoke_function=invoke_function), **kwargs)

    return invoke
