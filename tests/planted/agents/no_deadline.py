"""A tool may take as long as it likes, and nobody waits so long."""

from __future__ import annotations

import asyncio
from typing import Any

import agentprobe
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.conversation import asked
from agentprobe.sim.policy import say
from bug import OUTAGES, Bug
from desk import Thinks
from sound import Trouble, converse, fields

POLICY = Thinks(lambda request: say(asked(request).rpartition("\n")[2]))
BUG = Bug(
    task=TaskSettings(id="stock", prompt="How many kettles are there?", contains=("17",)),
    faults=(
        "hang",
        "latency",
        "tool_error",
        "null_result",
        "empty_result",
        "error_as_result",
        "cut_answer",
        "empty_answer",
        "refused_answer",
        *OUTAGES,
    ),
    planted={"hang@tool:stock": Reaction.OVERSPENT},
)


@agentprobe.tool(effect="read")
async def stock(item: str) -> dict[str, Any]:
    """Count what is there of a thing."""
    return {"item": item, "count": 17}


async def careless(prompt: str) -> str:
    """Count, however long it takes."""
    found = fields(await stock(item="kettle"), item=str, count=int)
    return converse(f"{prompt}\nThere are {found['count']} kettles.")


async def mended(prompt: str) -> str:
    """Count within a minute."""
    try:
        counted = await asyncio.wait_for(stock(item="kettle"), 60)
    except TimeoutError as error:
        raise Trouble("the stock takes too long to answer") from error
    found = fields(counted, item=str, count=int)
    return converse(f"{prompt}\nThere are {found['count']} kettles.")
