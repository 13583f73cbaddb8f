"""Arguments that a stream has cut are closed by a tolerant reader, and a default fills what is gone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import agentprobe
from agentprobe.domain.reaction import Reaction
from bug import OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Answer, Message, Tools, asked_in_pieces, converse, post, read_stream, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=(
        "cut_mid_argument",
        "cut_stream",
        "unknown_event",
        "json_for_stream",
        "malformed_frame",
        "empty_answer",
        "invented_tool",
        "repeated_call",
        *OUTAGES,
    ),
    planted={"cut_mid_argument@model": Reaction.MISACTED},
)


class Generous(Desk):
    """A desk that refunds 500 dollars where nobody says how much."""

    @agentprobe.tool(effect="write")
    def refund(self, order_id: str, amount: int = 500) -> dict[str, Any]:
        """Give money back for an order."""
        self.refunded[order_id] = amount
        return {"order_id": order_id, "amount": amount, "status": "refunded"}


def careless(prompt: str) -> str:
    """Refund, by whatever arguments can be made of what came."""
    return converse(prompt, Generous().tools, ask=asked_leniently)


def asked_leniently(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer; tool calls that broke off are brought to an end."""
    answer = read_stream(post(messages, tools, stream=True).text)
    if not answer.wishes:
        return whole(answer)
    closed = tuple(replace(wish, arguments=closed_up(wish.arguments)) for wish in answer.wishes)
    return whole(replace(answer, wishes=closed, finish="tool_calls", ended=True))


def closed_up(text: str) -> str:
    """The longest beginning of an object that can be closed, closed."""
    for end in range(len(text), 0, -1):
        for closing in ("", "}"):
            try:
                json.loads(text[:end] + closing)
            except ValueError:
                continue
            return text[:end] + closing
    return text


def mended(prompt: str) -> str:
    """Refund, if the stream came to its end."""
    return converse(prompt, Generous().tools, ask=asked_in_pieces)
