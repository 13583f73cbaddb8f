"""An error that comes inside a stream of status 200 is passed over as an event that says nothing."""

from __future__ import annotations

import json
from dataclasses import replace

from agentprobe.domain.reaction import Reaction
from bug import ODD_STREAMS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Answer, Message, Tools, asked_in_pieces, converse, events_in, post, read_stream, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("error_in_stream", "ended_early", *ODD_STREAMS, *OUTAGES),
    planted={"error_in_stream@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, and read of a stream what has choices."""
    return converse(prompt, Desk().tools, ask=asked_for_choices)


def asked_for_choices(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer; an event without choices ends it."""
    text = post(messages, tools, stream=True).text
    odd = [event for event in events_in(text) if is_odd(event)]
    if not odd:
        return whole(read_stream(text))
    answer = read_stream("\n".join(line for line in text.splitlines() if odd[0] not in line))
    return whole(replace(answer, ended=True, finish="tool_calls" if answer.wishes else "stop"))


def is_odd(event: str) -> bool:
    """Is it an event that has no choices?"""
    try:
        return event != "[DONE]" and "error" in json.loads(event)
    except ValueError:
        return False


def mended(prompt: str) -> str:
    """Refund, and take an error for one."""
    return converse(prompt, Desk().tools, ask=asked_in_pieces)
