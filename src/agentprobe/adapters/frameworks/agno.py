"""Agno: functions as its `FunctionCall` executes them, inside hooks and cache."""

from __future__ import annotations

from typing import Any

from agentprobe.adapters.frameworks._framework import Framework, Function
from agentprobe.adapters.frameworks._stand_in import StandIn
from agentprobe.adapters.frameworks._tool_run import ToolRun, led


class Agno(Framework):
    """Functions and toolkits of Agno, those that give their result in pieces included.

    A result that comes out of Agno's cache is no call of the tool.
    """

    title = "Agno"
    modules = ("agno.tools.function",)

    def attach(self, module: Any) -> None:
        self.replace(module.FunctionCall, "_execute", _execute)
        self.replace(module.FunctionCall, "_aexecute", _aexecute)


def _execute(own: Function) -> Function:
    def execute(call: Any) -> Any:
        return own(_led(call, "_build_nested_execution_chain"))

    return execute


def _aexecute(own: Function) -> Function:
    async def execute(call: Any) -> Any:
        return await own(_led(call, "_build_nested_execution_chain_async"))

    return execute


def _led(call: Any, chain: str) -> Any:
    """The call with its function led, also at the end of a chain of hooks."""
    if call.function.entrypoint is None:
        return call
    said = ToolRun(name=call.function.name, arguments=call.arguments or {}, ref=call.call_id or "")
    function = StandIn(call.function, entrypoint=led(call.function.entrypoint, said))
    return StandIn(call, through=(chain,), function=function)
