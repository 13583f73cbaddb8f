"""A write is repeated when its reply is lost, without looking whether it was done."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Tools, Trouble, Wish, carried_out, converse, used

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("reply_lost", "tool_error", "error_as_result", "null_result", *OUTAGES, *ODD_ANSWERS),
    planted={"reply_lost@tool:refund": Reaction.DUPLICATED},
)


def careless(prompt: str) -> str:
    """Refund; what fails is tried once more."""

    def twice(wish: Wish, tools: Tools) -> Any:
        try:
            return carried_out(wish, tools)
        except Trouble as trouble:
            if not isinstance(trouble.__cause__, OSError):
                raise
            return carried_out(wish, tools)

    return converse(prompt, Desk().tools, carry=twice)


def mended(prompt: str) -> str:
    """Refund; what fails is tried once more if it was not done."""
    desk = Desk()

    def once(wish: Wish, tools: Tools) -> Any:
        try:
            return carried_out(wish, tools)
        except Trouble as trouble:
            if not isinstance(trouble.__cause__, OSError):
                raise
            order = used(desk.find_order, order_id="A-1")
            return order if order["refunded"] else carried_out(wish, tools)

    return converse(prompt, desk.tools, carry=once)
