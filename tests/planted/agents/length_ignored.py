"""A tool call is carried out though the model stopped for length in the middle of it."""

from __future__ import annotations

from dataclasses import replace

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Answer, Message, Tools, converse, post, read, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("length_cut_valid", "call_cut_as_tool_calls", "small_max_tokens", *OUTAGES, *ODD_ANSWERS),
    planted={"length_cut_valid@model": Reaction.MISACTED},
)


def careless(prompt: str) -> str:
    """Refund, as far as the model has said how."""
    return converse(prompt, Desk().tools, ask=asked_for_calls)


def asked_for_calls(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer; where it calls tools nobody looks why it stopped."""
    answer = read(post(messages, tools))
    return whole(replace(answer, finish="tool_calls") if answer.wishes else answer)


def mended(prompt: str) -> str:
    """Refund, if the model has said so to its end."""
    return converse(prompt, Desk().tools)
