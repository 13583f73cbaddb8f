"""A sum that comes as text is taken for dollars and made into cents once more."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import EffectSettings, TaskSettings
from agentprobe.sim.policy import call, say
from agentprobe.sim.script import Script
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import Desk
from sound import Tools, Wish, carried_out, converse

CENTS = {"order_id": "A-1", "amount": 3000}
POLICY = Script(call(("refund", CENTS)), say("I refunded 3000 cents for order A-1."))
BUG = Bug(
    task=TaskSettings(
        id="refund",
        prompt="Refund 3000 cents for order A-1.",
        contains=("3000",),
        effects=(EffectSettings(tool="refund", arguments=dict(CENTS)),),
    ),
    faults=("mistyped_argument", "null_argument", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"mistyped_argument@model": Reaction.MISACTED},
)


def careless(prompt: str) -> str:
    """Refund, and make a number of what is none."""
    return converse(prompt, Desk().tools, carry=carried_out_in_cents)


def carried_out_in_cents(wish: Wish, tools: Tools) -> Any:
    """What a tool gave; a sum in words is one in dollars."""
    try:
        given = json.loads(wish.arguments)
    except ValueError:
        return carried_out(wish, tools)
    if isinstance(given, dict) and isinstance(given.get("amount"), str):
        figure = re.search(r"\d+", given["amount"])
        given["amount"] = int(figure[0]) * 100 if figure else 0
        return carried_out(replace(wish, arguments=json.dumps(given)), tools)
    return carried_out(wish, tools)


def mended(prompt: str) -> str:
    """Refund, if the sum is a number."""
    return converse(prompt, Desk().tools)
