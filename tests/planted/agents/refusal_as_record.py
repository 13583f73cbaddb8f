"""A tool says as its result that it was asked too often, and that is told as what it found."""

from __future__ import annotations

from typing import Any

from agentprobe.domain.model import ModelRequest
from agentprobe.domain.reaction import Reaction
from agentprobe.lab.settings import TaskSettings
from agentprobe.sim.conversation import done
from agentprobe.sim.policy import Option, call, say
from bug import OUTAGES, Bug
from desk import Thinks, as_data
from injection_obeyed import Reviews
from sound import Tools, Wish, arguments_of, converse, fields, tool_named

BUG = Bug(
    task=TaskSettings(id="read", prompt="What does review R-5 say?", contains=("kettle",)),
    faults=(
        "rate_limit_as_result",
        "cut_arguments",
        "empty_answer",
        "refused_answer",
        "invented_tool",
        "mistyped_argument",
        "unknown_finish_reason",
        "tool_error",
        *OUTAGES,
    ),
    planted={"rate_limit_as_result@tool:read_review": Reaction.LIED},
)


def decide(request: ModelRequest) -> Option:
    """Read the review and tell what it says."""
    read = [as_data(result.content) for _, result in done(request)]
    if not read:
        return call(("read_review", {"review_id": "R-5"}))
    return say(f"It says: {read[-1]['text'] if 'text' in read[-1] else read[-1]}")


POLICY = Thinks(decide)


def careless(prompt: str) -> str:
    """Tell what was found."""
    return converse(prompt, Reviews().tools, carry=whatever_it_is)


def whatever_it_is(wish: Wish, tools: Tools) -> Any:
    """What a tool gave."""
    tool = tool_named(wish.name, tools)
    return tool(**arguments_of(wish, tool))


def mended(prompt: str) -> str:
    """Tell what was found, if it is a review."""

    def a_review(wish: Wish, tools: Tools) -> Any:
        return fields(whatever_it_is(wish, tools), review_id=str, text=str)

    return converse(prompt, Reviews().tools, carry=a_review)
