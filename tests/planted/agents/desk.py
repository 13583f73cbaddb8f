"""A desk that refunds orders: the tools, the task and the model of agents whose bug lies elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import agentprobe
from agentprobe.domain.model import ModelRequest
from agentprobe.lab.settings import EffectSettings, TaskSettings
from agentprobe.sim.conversation import done
from agentprobe.sim.policy import Option, call, say
from agentprobe.sim.script import Script
from sound import Tools

TASK = TaskSettings(
    id="refund",
    prompt="Refund order A-1 in full.",
    contains=("30", "A-1"),
    effects=(EffectSettings(tool="refund", arguments={"order_id": "A-1", "amount": 30}),),
)
SCRIPT = Script(
    call(("find_order", {"order_id": "A-1"})),
    call(("refund", {"order_id": "A-1", "amount": 30})),
    say("I refunded 30 dollars for order A-1."),
)

ORDERS = {"A-1": ("kettle", 30), "A-2": ("lamp", 45)}
BOTH = (("find_order", {"order_id": "A-1"}), ("find_order", {"order_id": "A-2"}))


class Thinks:
    """A model that decides by what a request says."""

    def __init__(self, decide: Callable[[ModelRequest], Option]) -> None:
        self._decide = decide

    def options(self, request: ModelRequest) -> Sequence[Option]:
        """The one thing that it would answer."""
        return (self._decide(request),)


def results_of(request: ModelRequest, tool: str) -> list[Any]:
    """What a tool has said so far, as data where it is data."""
    return [as_data(result.content) for wish, result in done(request) if wish.name == tool]


def as_data(text: str) -> Any:
    """What a text says, if it is JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


class Desk:
    """The orders of one run."""

    def __init__(self) -> None:
        self.refunded: dict[str, int] = {}

    @property
    def tools(self) -> Tools:
        """What the model is offered."""
        return (self.find_order, self.refund)

    @agentprobe.tool(effect="read")
    def find_order(self, order_id: str) -> dict[str, Any]:
        """Look up an order."""
        item, amount = ORDERS[order_id]
        refunded = self.refunded.get(order_id, 0)
        return {"order_id": order_id, "item": item, "amount": amount, "refunded": refunded}

    @agentprobe.tool(effect="write")
    def refund(self, order_id: str, amount: int) -> dict[str, Any]:
        """Give money back for an order."""
        self.refunded[order_id] = amount
        return {"order_id": order_id, "amount": amount, "status": "refunded"}
