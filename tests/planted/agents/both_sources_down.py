"""Where the exchange rate cannot be had from either of two sources, an answer is made up."""

from __future__ import annotations

from typing import Any

import agentprobe
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.conversation import asked
from agentprobe.sim.policy import say
from bug import OUTAGES, Bug
from desk import Thinks
from sound import Tool, Trouble, converse, fields, used

POLICY = Thinks(lambda request: say(asked(request).rpartition("\n")[2]))
BUG = Bug(
    task=TaskSettings(id="rate", prompt="How many dollars is a euro?", contains=("1.25",)),
    faults=(
        "tool_error@tool:primary:1",
        "tool_error@tool:fallback:1",
        "latency@tool:primary",
        "schema_drift(shape=added)@tool:primary",
        "rate_limited@model:1",
        "server_error@model:1",
        "connection_reset@model:1",
        "unknown_finish_reason@model:1",
        *OUTAGES,
    ),
    planted={"tool_error@tool:fallback + tool_error@tool:primary": Reaction.LIED},
    strength=2,
)


@agentprobe.tool(effect="read")
def primary() -> dict[str, Any]:
    """Tell the exchange rate."""
    return {"pair": "EUR/USD", "rate": 1.25}


@agentprobe.tool(effect="read")
def fallback() -> dict[str, Any]:
    """Tell the exchange rate as another bank sees it."""
    return {"pair": "EUR/USD", "rate": 1.25}


@agentprobe.tool(effect="read")
def archive() -> dict[str, Any]:
    """Tell the last exchange rate that was written down."""
    return {"pair": "EUR/USD", "rate": 1.25}


def rate_of(*sources: Tool) -> float | None:
    """The rate from the first source that has it."""
    for source in sources:
        try:
            return float(fields(used(source), rate=float)["rate"])
        except Trouble:
            continue
    return None


def careless(prompt: str) -> str:
    """Tell the rate, or what it mostly is."""
    rate = rate_of(primary, fallback) or 1.1
    return converse(f"{prompt}\nA euro is {rate} dollars.")


def mended(prompt: str) -> str:
    """Tell the rate from one of three sources, or none."""
    rate = rate_of(primary, fallback, archive)
    if rate is None:
        raise Trouble("the exchange rate cannot be had")
    return converse(f"{prompt}\nA euro is {rate} dollars.")
