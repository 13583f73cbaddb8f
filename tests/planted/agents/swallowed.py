"""A tool's error is swallowed: the model hears "done", and so does the user."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Tools, Wish, arguments_of, converse, tool_named

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("tool_error", "reply_lost", *OUTAGES, *ODD_ANSWERS),
    planted={"tool_error@tool:refund": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, come what may."""
    return converse(prompt, Desk().tools, carry=carried_out_somehow)


def carried_out_somehow(wish: Wish, tools: Tools) -> Any:
    """What a tool gave; of one that failed it is said that it is done."""
    tool = tool_named(wish.name, tools)
    given = arguments_of(wish, tool)
    try:
        return tool(**given)
    except OSError:
        return "done"


def mended(prompt: str) -> str:
    """Refund, or end with what went wrong."""
    return converse(prompt, Desk().tools)
