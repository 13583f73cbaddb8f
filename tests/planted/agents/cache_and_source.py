"""A cache that has nothing and a source that does not answer make a price of zero."""

from __future__ import annotations

from typing import Any

import agentprobe
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.conversation import asked
from agentprobe.sim.policy import say
from bug import OUTAGES, Bug
from desk import Thinks
from sound import Trouble, converse, used

POLICY = Thinks(lambda request: say(asked(request).rpartition("\n")[2]))
BUG = Bug(
    task=TaskSettings(id="price", prompt="What does the kettle cost?", contains=("41",)),
    faults=(
        "empty_result@tool:cached:1",
        "tool_error@tool:fetched:1",
        "latency@tool:fetched",
        "latency@tool:cached",
        "schema_drift(shape=added)@tool:fetched",
        "rate_limited@model:1",
        "server_error@model:1",
        "connection_reset@model:1",
        *OUTAGES,
    ),
    planted={"empty_result@tool:cached + tool_error@tool:fetched": Reaction.LIED},
    strength=2,
)


@agentprobe.tool(effect="read")
def cached(item: str) -> dict[str, Any]:
    """Look up what a thing cost when it was last asked for."""
    return {"prices": [{"item": item, "price": 41}]}


@agentprobe.tool(effect="read")
def fetched(item: str) -> dict[str, Any]:
    """Ask what a thing costs now."""
    return {"item": item, "price": 41}


def price(item: str) -> int:
    """What a thing costs, as far as that is known; 0 where it is not."""
    known = [row["price"] for row in used(cached, item=item)["prices"]]
    try:
        known.append(used(fetched, item=item)["price"])
    except Trouble:
        known.append(0)
    return int(max(known))


def careless(prompt: str) -> str:
    """Tell what it costs."""
    return converse(f"{prompt}\nThe kettle costs {price('kettle')} dollars.")


def mended(prompt: str) -> str:
    """Tell what it costs, if that is known."""
    if not (now := price("kettle")):
        raise Trouble("nobody knows what the kettle costs")
    return converse(f"{prompt}\nThe kettle costs {now} dollars.")
