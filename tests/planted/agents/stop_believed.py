"""The model calls a tool and says that it is done; the call is not looked at."""

from __future__ import annotations

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Answer, Message, Tools, converse, post, read, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("call_with_stop", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"call_with_stop@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, until the model says that it stops."""
    return converse(prompt, Desk().tools, ask=asked_until_it_stops)


def asked_until_it_stops(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer; where it stops, it is done."""
    answer = read(post(messages, tools))
    if answer.finish == "stop" and answer.wishes:
        return Answer(text=answer.text or "Order A-1: all done, 30 dollars.", finish="stop")
    return whole(answer)


def mended(prompt: str) -> str:
    """Refund, and take no call for an end."""
    return converse(prompt, Desk().tools)
