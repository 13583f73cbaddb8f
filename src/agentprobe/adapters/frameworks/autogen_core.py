"""AutoGen: tools by `run_json` and `run_json_stream`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class AutogenCore(Framework):
    """Tools of AutoGen: functions, other tool classes, and tools whose result comes in pieces."""

    title = "AutoGen"
    modules = ("autogen_core.tools._base",)

    def attach(self, module: Any) -> None:
        self.replace(module.BaseTool, "run_json", _run_json)
        self.replace(module.BaseStreamTool, "run_json_stream", _run_json_stream)


def _run_json(own: Function) -> Function:
    async def run_json(
        tool: Any, args: Mapping[str, Any], cancellation_token: Any, call_id: str | None = None
    ) -> Any:
        said = ToolRun(name=tool.name, arguments=args, ref=call_id or "")
        function = getattr(tool, "_func", None)
        if function is not None:
            stands_in = StandIn(tool, through=("run",), _func=led(function, said))
        else:
            stands_in = StandIn(tool, run=led(tool.run, said))
        return await own(stands_in, args, cancellation_token, call_id)

    return run_json


def _run_json_stream(own: Function) -> Function:
    async def run_json_stream(
        tool: Any, args: Mapping[str, Any], cancellation_token: Any, call_id: str | None = None
    ) -> AsyncGenerator[Any, None]:
        said = ToolRun(name=tool.name, arguments=args, ref=call_id or "")
        stands_in = StandIn(tool, run_stream=led(tool.run_stream, said))
        async for piece in own(stands_in, args, cancellation_token, call_id):
            yield piece

    return run_json_stream
