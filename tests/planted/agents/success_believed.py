"""A write says that it is done, and nobody looks whether it is."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Tools, Trouble, Wish, carried_out, converse, used

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("silent_no_op", "tool_error", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"silent_no_op@tool:refund": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, and believe it."""
    return converse(prompt, Desk().tools)


def mended(prompt: str) -> str:
    """Refund, and look."""
    desk = Desk()

    def verified(wish: Wish, tools: Tools) -> Any:
        found = carried_out(wish, tools)
        if wish.name == "refund" and not used(desk.find_order, order_id="A-1")["refunded"]:
            raise Trouble("the refund says that it is done and is not")
        return found

    return converse(prompt, desk.tools, carry=verified)
