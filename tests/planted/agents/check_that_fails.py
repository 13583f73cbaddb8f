"""A write is looked for afterwards, but a look that fails counts as a good one."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.reaction import Reaction
from bug import Bug
from desk import SCRIPT, TASK, Desk
from sound import Tools, Trouble, Wish, carried_out, converse, used

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=(
        "silent_no_op@tool:refund:1",
        "tool_error@tool:find_order:2",
        "schema_drift(shape=added)@tool:find_order",
        "latency@tool:refund",
        "rate_limited@model:1",
        "server_error@model:3",
        "connection_reset@model:2",
        "cut_answer@model:3",
        "repeated_call@model:2",
        "overloaded",
    ),
    planted={"silent_no_op@tool:refund + tool_error@tool:find_order": Reaction.LIED},
    strength=2,
)


def careless(prompt: str) -> str:
    """Refund, once more if it can be seen that it was not done."""
    desk = Desk()

    def looked_at(wish: Wish, tools: Tools) -> Any:
        found = carried_out(wish, tools)
        if wish.name == "refund" and not seen_by(desk):
            return carried_out(wish, tools)
        return found

    return converse(prompt, desk.tools, carry=looked_at)


def seen_by(desk: Desk) -> bool:
    """Is the refund there, as far as can be seen?"""
    try:
        return bool(used(desk.find_order, order_id="A-1")["refunded"])
    except Trouble:
        return True


def mended(prompt: str) -> str:
    """Refund, once more if it was not done; who cannot look says so."""
    desk = Desk()

    def looked_at(wish: Wish, tools: Tools) -> Any:
        found = carried_out(wish, tools)
        if wish.name == "refund" and not used(desk.find_order, order_id="A-1")["refunded"]:
            return carried_out(wish, tools)
        return found

    return converse(prompt, desk.tools, carry=looked_at)
