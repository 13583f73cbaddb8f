"""A call of a tool that does not exist is answered with "ok"."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Tools, Wish, carried_out, converse

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("invented_tool", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"invented_tool@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, and do not quarrel with the model."""
    return converse(prompt, Desk().tools, carry=carried_out_if_known)


def carried_out_if_known(wish: Wish, tools: Tools) -> Any:
    """What a tool gave; of one that there is not, that it is well."""
    known = {tool.__name__ for tool in tools}
    return carried_out(wish, tools) if wish.name in known else "ok"


def mended(prompt: str) -> str:
    """Refund, with the tools that there are."""
    return converse(prompt, Desk().tools)
