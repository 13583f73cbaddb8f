"""A tool's sums are in cents from one day to the next, and are paid out as dollars."""

from __future__ import annotations

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import TASK, Desk, Thinks
from renamed_field_is_zero import decide
from sound import Tools, Trouble, Wish, carried_out, converse

POLICY = Thinks(decide)
MOST = 500
"""No order is dearer than that."""
BUG = Bug(
    task=TASK,
    faults=(
        "schema_drift(shape=unit_changed)@tool:find_order",
        "schema_drift(shape=currency_changed)@tool:find_order",
        "schema_drift(shape=added)@tool:find_order",
        "schema_drift(shape=id_as_text)@tool:find_order",
        *ODD_ANSWERS,
        *ODD_TOOLS,
        *OUTAGES,
    ),
    planted={"schema_drift@tool:find_order": Reaction.MISACTED},
)


def careless(prompt: str) -> str:
    """Refund whatever the record says."""
    return converse(prompt, Desk().tools)


def mended(prompt: str) -> str:
    """Refund what an order can cost."""
    return converse(prompt, Desk().tools, carry=plausible)


def plausible(wish: Wish, tools: Tools) -> object:
    """What a tool gave; a sum that no order costs goes to a person."""
    found = carried_out(wish, tools)
    if wish.name == "find_order" and found["amount"] > MOST:
        raise Trouble(f"an order of {found['amount']} dollars must be looked at by a person")
    return found
