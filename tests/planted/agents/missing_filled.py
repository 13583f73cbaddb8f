"""An argument that the model has left out is filled in with what is usual."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Tools, Wish, carried_out, converse

POLICY = SCRIPT
USUAL = {"order_id": "A-0", "amount": 50}
BUG = Bug(
    task=TASK,
    faults=("missing_argument", "null_argument", "length_cut_valid", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"missing_argument@model": Reaction.MISACTED},
)


def careless(prompt: str) -> str:
    """Refund, what is usual where nothing is said."""
    return converse(prompt, Desk().tools, carry=carried_out_as_usual)


def carried_out_as_usual(wish: Wish, tools: Tools) -> Any:
    """What a tool gave, called with usual arguments where some are missing."""
    try:
        given = json.loads(wish.arguments)
    except ValueError:
        return carried_out(wish, tools)
    if wish.name == "refund" and isinstance(given, dict):
        return carried_out(replace(wish, arguments=json.dumps({**USUAL, **given})), tools)
    return carried_out(wish, tools)


def mended(prompt: str) -> str:
    """Refund, if all is said."""
    return converse(prompt, Desk().tools)
