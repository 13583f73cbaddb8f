"""How the tests of this folder strike what is listed and offered, as servers tell it and models are asked."""

from __future__ import annotations

from typing import Any

import pytest

from agentprobe.basis.dice import Dice
from agentprobe.chaos.fault import Fault, Notes, Occasion
from agentprobe.dialects import DIALECTS, dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Message, ModelRequest, ModelSettings, ToolSpec
from agentprobe.domain.wire import HttpRequest

SCHEMA = {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}
FIND = ToolSpec(name="find", description="Find an order.", schema=SCHEMA)
REFUND = ToolSpec(name="refund", description="Refund an order.", schema=SCHEMA)
EACH_DIALECT = pytest.mark.parametrize("dialect", DIALECTS.names())
ANSWER = Outcome(value=None)


class Session:
    """A fault that meets call after call of one session."""

    def __init__(self, fault: Fault, seed: int = 1) -> None:
        self.fault = fault
        self.told: list[str] = []
        self._seed = seed
        self._notes = Notes()

    def meet(self, call: Call, outcome: Outcome) -> tuple[Call, Outcome]:
        """What reaches the world, and what comes back."""
        ready = self.fault.on(Occasion(dice=Dice(self._seed), tell=self.told.append, notes=self._notes))
        path = ready.intercept(call)
        asked = next(path)
        assert isinstance(asked, Call)
        with pytest.raises(StopIteration) as end:
            path.send(outcome)
        return asked, end.value.value

    def lists(self, *tools: ToolSpec, cursor: str = "") -> dict[str, str]:
        """What a client is told of the tools that a server lists: name and description."""
        _, outcome = self.meet(listing(cursor), listed(*tools))
        return {tool["name"]: tool.get("description", "") for tool in outcome.value["result"]["tools"]}

    def offers(self, dialect: str, *tools: ToolSpec, choice: Any = None) -> dict[str, str]:
        """What the provider is told of the tools that a request offers."""
        call = asking(dialect, *tools, choice=choice)
        asked, outcome = self.meet(call, ANSWER)
        assert (asked is call) == (outcome is ANSWER)
        request = dialect_named(dialect).read_request(asked.request.body)
        assert request.messages == dialect_named(dialect).read_request(call.request.body).messages
        return {tool.name: tool.description for tool in request.tools}


def listing(cursor: str = "") -> Call:
    """A client asks for a server's tools."""
    params = {"cursor": cursor} if cursor else {}
    return Call(kind=Kind.STATE, name="tools/list", request=params, via="mcp:desk")


def listed(*tools: ToolSpec) -> Outcome:
    """The server's answer, each entry with more than we know of."""
    told = [
        {"name": t.name, "description": t.description, "inputSchema": t.schema, "annotations": {"x": 1}}
        for t in tools
    ]
    return Outcome(value={"result": {"tools": told, "nextCursor": "2", "_meta": {}}})


def asking(dialect: str, *tools: ToolSpec, choice: Any = None) -> Call:
    """An agent asks the model, in this dialect."""
    request = ModelRequest(
        model="m",
        messages=(Message(role="user", text="Refund A-1."),),
        tools=tools,
        settings=ModelSettings(tool_choice=choice),
    )
    body = dialect_named(dialect).write_request(request)
    asked = HttpRequest(method="POST", target="/", body=body)
    return Call(kind=Kind.MODEL, name="m", request=asked, dialect=dialect)


def stays(fault: Fault, call: Call, outcome: Outcome) -> None:
    """The fault changes nothing about this call."""
    asked, given = Session(fault).meet(call, outcome)
    assert asked is call
    assert given is outcome
