"""Three replicas stand in for each other; when none of them answers, nothing is in stock."""

from __future__ import annotations

from typing import Any

import agentprobe
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.conversation import asked
from agentprobe.sim.policy import say
from bug import Bug
from desk import Thinks
from sound import Trouble, converse, used

POLICY = Thinks(lambda request: say(asked(request).rpartition("\n")[2]))
BUG = Bug(
    task=TaskSettings(id="stock", prompt="How many kettles are there?", contains=("17",)),
    faults=(
        "tool_error@tool:replica_a:1",
        "tool_error@tool:replica_b:1",
        "tool_error@tool:replica_c:1",
        "latency@tool:replica_a",
        "schema_drift(shape=added)@tool:replica_a",
        "latency@tool:replica_b",
        "rate_limited@model:1",
        "server_error@model:1",
        "connection_reset@model:1",
    ),
    planted={
        "tool_error@tool:replica_a + tool_error@tool:replica_b + tool_error@tool:replica_c": Reaction.LIED
    },
    strength=3,
)


@agentprobe.tool(effect="read")
def replica_a(item: str) -> dict[str, Any]:
    """Count what is there of a thing."""
    return {"item": item, "count": 17}


@agentprobe.tool(effect="read")
def replica_b(item: str) -> dict[str, Any]:
    """Count what is there of a thing."""
    return {"item": item, "count": 17}


@agentprobe.tool(effect="read")
def replica_c(item: str) -> dict[str, Any]:
    """Count what is there of a thing."""
    return {"item": item, "count": 17}


def counted() -> int | None:
    """How many there are, by the first replica that answers."""
    for replica in (replica_a, replica_b, replica_c):
        try:
            return int(used(replica, item="kettle")["count"])
        except Trouble:
            continue
    return None


def careless(prompt: str) -> str:
    """Count."""
    return converse(f"{prompt}\nThere are {counted() or 'no'} kettles.")


def mended(prompt: str) -> str:
    """Count, if somebody can."""
    if (count := counted()) is None:
        raise Trouble("no replica says how many there are")
    return converse(f"{prompt}\nThere are {count} kettles.")
