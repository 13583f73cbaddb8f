"""A field has another name than it had, and what is not there counts as zero."""

from __future__ import annotations

from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.sim.policy import Option, call, say
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import TASK, Desk, Thinks, results_of
from sound import Tools, Wish, carried_out, converse, fields

BUG = Bug(
    task=TASK,
    faults=(
        "schema_drift(shape=renamed)@tool:find_order",
        "schema_drift(shape=removed)@tool:find_order",
        "schema_drift(shape=added)@tool:find_order",
        "schema_drift(shape=id_as_text)@tool:find_order",
        "schema_drift(shape=renamed)@tool:refund",
        *ODD_ANSWERS,
        *ODD_TOOLS,
        *OUTAGES,
    ),
    planted={"schema_drift@tool:find_order": Reaction.MISACTED},
)


def decide(request: ModelRequest) -> Option:
    """Look up what is to be refunded, and refund it."""
    found = results_of(request, "find_order")
    if not found:
        return call(("find_order", {"order_id": "A-1"}))
    amount = found[-1].get("amount") or 0
    if not results_of(request, "refund"):
        return call(("refund", {"order_id": "A-1", "amount": amount}))
    return say(f"I refunded {amount} dollars for order A-1.")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Refund whatever the record says."""
    return converse(prompt, Desk().tools)


def mended(prompt: str) -> str:
    """Refund what the record says, if it is as it was when this was written."""
    return converse(prompt, Desk().tools, carry=checked)


def checked(wish: Wish, tools: Tools) -> object:
    """What a tool gave, in the schema that it had."""
    found = carried_out(wish, tools)
    if wish.name == "find_order":
        fields(found, order_id=str, item=str, amount=int, refunded=int)
    return found
