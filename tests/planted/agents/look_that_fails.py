"""A write whose reply was lost is looked for; where the look fails too, it is made again."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.reaction import Reaction
from bug import Bug
from desk import SCRIPT, TASK, Desk
from repeated_write import mended as mended
from sound import Tools, Trouble, Wish, carried_out, converse, used

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=(
        "reply_lost@tool:refund:1",
        "tool_error@tool:find_order:2",
        "schema_drift(shape=added)@tool:find_order",
        "latency@tool:refund",
        "rate_limited@model:1",
        "server_error@model:3",
        "connection_reset@model:2",
        "empty_answer@model:3",
        "repeated_call@model:2",
        "overloaded",
    ),
    planted={"reply_lost@tool:refund + tool_error@tool:find_order": Reaction.DUPLICATED},
    strength=2,
)


def careless(prompt: str) -> str:
    """Refund; what cannot be seen is made again."""
    desk = Desk()

    def once_more(wish: Wish, tools: Tools) -> Any:
        try:
            return carried_out(wish, tools)
        except Trouble as trouble:
            if not isinstance(trouble.__cause__, OSError):
                raise
        try:
            order = used(desk.find_order, order_id="A-1")
        except Trouble:
            order = {"refunded": 0}
        return order if order["refunded"] else carried_out(wish, tools)

    return converse(prompt, desk.tools, carry=once_more)
