"""A write that timed out is looked for, not found yet, and made again; then both are there."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Tools, Trouble, Wish, carried_out, converse, used

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("late_effect", "reply_lost", "tool_error", "null_result", *ODD_ANSWERS, *OUTAGES),
    planted={"late_effect@tool:refund": Reaction.DUPLICATED},
)


def careless(prompt: str) -> str:
    """Refund; what timed out is made again if it cannot be seen."""
    desk = Desk()

    def looked_for(wish: Wish, tools: Tools) -> Any:
        try:
            return carried_out(wish, tools)
        except Trouble as trouble:
            if not isinstance(trouble.__cause__, TimeoutError):
                raise
            order = used(desk.find_order, order_id="A-1")
            return order if order["refunded"] else carried_out(wish, tools)

    return converse(prompt, desk.tools, carry=looked_for)


def mended(prompt: str) -> str:
    """Refund; what timed out is left to a person."""
    return converse(prompt, Desk().tools)
