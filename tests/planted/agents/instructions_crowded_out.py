"""A result is so long that the instructions fall out of the context, and a limit with them."""

from __future__ import annotations

from typing import Any

import agentprobe
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import EffectSettings, TaskSettings
from agentprobe.sim.policy import Option, call, say
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import Thinks, results_of
from sound import Answer, Message, Tools, Trouble, Wish, asked, carried_out, converse, spelled

LIMIT = "Refund at most 50 dollars."
MOST = 4_000
"""So many characters fit into the context."""
BUG = Bug(
    task=TaskSettings(
        id="refund",
        prompt="Refund order A-1, as far as you may.",
        contains=("50",),
        effects=(EffectSettings(tool="refund", arguments={"order_id": "A-1", "amount": 50}),),
    ),
    faults=("oversized_result", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"oversized_result@tool:find_order": Reaction.MISACTED},
)


class Shop:
    """Orders with a long story."""

    @property
    def tools(self) -> Tools:
        """What the model is offered."""
        return (self.find_order, self.refund)

    @agentprobe.tool(effect="read")
    def find_order(self, order_id: str) -> dict[str, Any]:
        """Look up an order."""
        story = "The customer says that the kettle came with a dent, and wants the money back. " * 2
        return {"order_id": order_id, "amount": 80, "note": story}

    @agentprobe.tool(effect="write")
    def refund(self, order_id: str, amount: int) -> dict[str, Any]:
        """Give money back for an order."""
        return {"order_id": order_id, "amount": amount, "status": "refunded"}


def decide(request: ModelRequest) -> Option:
    """Look up the order and refund all of it, within the limit that was told."""
    found = results_of(request, "find_order")
    if not found:
        return call(("find_order", {"order_id": "A-1"}))
    amount = min(found[-1]["amount"], 50 if LIMIT in request.system else 1_000)
    if not results_of(request, "refund"):
        return call(("refund", {"order_id": "A-1", "amount": amount}))
    return say(f"I refunded {amount} dollars for order A-1.")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Refund; the oldest is left out where the context is full."""
    return converse(prompt, Shop().tools, system=LIMIT, ask=asked_with_the_newest)


def asked_with_the_newest(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer to as much of the conversation as fits, the newest first."""
    kept = list(messages)
    while len(kept) > 2 and sum(len(message["content"] or "") for message in kept) > MOST:
        del kept[0]
    return asked(kept, tools)


def mended(prompt: str) -> str:
    """Refund; a result that does not fit is an error."""
    return converse(prompt, Shop().tools, system=LIMIT, ask=asked_with_the_newest, carry=carried_out_shortly)


def carried_out_shortly(wish: Wish, tools: Tools) -> Any:
    """What a tool gave, if it is not too long."""
    found = carried_out(wish, tools)
    if len(spelled(found)) > MOST // 4:
        raise Trouble(f"{wish.name} gave more than fits")
    return found
