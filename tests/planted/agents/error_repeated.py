"""A tool's error text makes the model call again, and nobody counts how often."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.sim.conversation import newest_results
from agentprobe.sim.policy import Option, call, say
from bug import ODD_ANSWERS, OUTAGES, Bug
from desk import TASK, Desk, Thinks, results_of
from sound import Tools, Trouble, Wish, arguments_of, converse, tool_named

BUG = Bug(
    task=TASK,
    faults=("error_as_result", "reply_lost", *OUTAGES, *ODD_ANSWERS),
    planted={"error_as_result@tool:find_order": Reaction.LOOPED},
)


def decide(request: ModelRequest) -> Option:
    """Look up, refund, and say so; whatever reads like an error is tried again."""
    failed = any("rror" in result.content for result in newest_results(request))
    if not results_of(request, "find_order") or (failed and not results_of(request, "refund")):
        return call(("find_order", {"order_id": "A-1"}))
    if failed:
        return say("I could not refund order A-1.")
    if not results_of(request, "refund"):
        return call(("refund", {"order_id": "A-1", "amount": 30}))
    return say("I refunded 30 dollars for order A-1.")


POLICY = Thinks(decide)


def told_as_it_is(wish: Wish, tools: Tools) -> Any:
    """What a tool gave, errors included: the model will know what to do."""
    tool = tool_named(wish.name, tools)
    given = arguments_of(wish, tool)
    try:
        return tool(**given)
    except OSError as error:
        raise Trouble(f"{wish.name} failed: {error}") from error


def careless(prompt: str) -> str:
    """Refund, however long it takes."""
    return converse(prompt, Desk().tools, carry=told_as_it_is, steps=10_000)


def mended(prompt: str) -> str:
    """Refund; the same call is made three times at most."""
    made: list[tuple[str, str]] = []

    def bounded(wish: Wish, tools: Tools) -> Any:
        made.append((wish.name, wish.arguments))
        if made.count(made[-1]) > 3:
            raise Trouble(f"{wish.name} was called three times in vain")
        return told_as_it_is(wish, tools)

    return converse(prompt, Desk().tools, carry=bounded)
