"""A text that the token limit has cut is handed on as the answer."""

from __future__ import annotations

from dataclasses import replace

from agentprobe.domain.reaction import Reaction
from agentprobe.sim.policy import call, say
from agentprobe.sim.script import Script
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import TASK, Desk
from sound import Answer, Message, Tools, converse, post, read, whole

POLICY = Script(
    call(("find_order", {"order_id": "A-1"})),
    call(("refund", {"order_id": "A-1", "amount": 30})),
    say(
        "Thank you for your patience. I have looked into the matter, found the kettle that you had ordered, "
        "and I am glad to tell you that I refunded 30 dollars for order A-1."
    ),
)
BUG = Bug(
    task=TASK,
    faults=("cut_answer", "small_max_tokens", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"cut_answer@model": Reaction.LIED, "small_max_tokens@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, and say what the model has said."""
    return converse(prompt, Desk().tools, ask=asked_for_text)


def asked_for_text(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer; of a text nobody asks why it stopped."""
    answer = read(post(messages, tools))
    cut = answer.finish == "length" and bool(answer.text) and not answer.wishes
    return whole(replace(answer, finish="stop") if cut else answer)


def mended(prompt: str) -> str:
    """Refund, and say what the model has said to its end."""
    return converse(prompt, Desk().tools)
