"""The same tool call stands twice in one answer and is carried out twice."""

from __future__ import annotations

from collections.abc import Sequence

from agentprobe.domain.reaction import Reaction
from bug import ODD_TOOLS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Carry, Message, Tools, Wish, converse, result, spelled

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=(
        "repeated_call",
        "cut_arguments",
        "empty_answer",
        "refused_answer",
        "invented_tool",
        "mistyped_argument",
        "unknown_finish_reason",
        *ODD_TOOLS,
        *OUTAGES,
    ),
    planted={"repeated_call@model": Reaction.DUPLICATED},
)


def careless(prompt: str) -> str:
    """Refund, as often as the model says so."""
    return converse(prompt, Desk().tools, perform=performed_each)


def performed_each(wishes: Sequence[Wish], tools: Tools, carry: Carry) -> list[Message]:
    """The results of the wishes."""
    return [result(wish, spelled(carry(wish, tools))) for wish in wishes]


def mended(prompt: str) -> str:
    """Refund once what is the same."""
    return converse(prompt, Desk().tools)
