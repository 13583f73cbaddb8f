"""What came of a stream before its connection broke is taken for the answer."""

from __future__ import annotations

from dataclasses import replace

import httpx2

from agentprobe.domain.reaction import Reaction
from bug import OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import (
    URL,
    Answer,
    Message,
    Tools,
    Trouble,
    asked_in_pieces,
    client,
    converse,
    read_stream,
    request_body,
    whole,
)

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=(
        "cut_stream",
        "ended_early",
        "unterminated_stream",
        "error_in_stream",
        "malformed_frame",
        "json_for_stream",
        "unknown_event",
        *OUTAGES,
    ),
    planted={"cut_stream@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, and say what has come."""
    return converse(prompt, Desk().tools, ask=asked_as_far_as_it_comes)


def asked_as_far_as_it_comes(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer, or its first part."""
    came, broke = "", False
    try:
        with client().stream("POST", URL, json=request_body(messages, tools, stream=True)) as response:
            if response.status_code != 200:
                raise Trouble(f"the model answered with status {response.status_code}")
            for text in response.iter_text():
                came += text
    except httpx2.RemoteProtocolError:
        broke = True
    except httpx2.HTTPError as error:
        raise Trouble(f"the model cannot be reached: {type(error).__name__}") from error
    answer = read_stream(came)
    kept = broke and bool(answer.text)
    return whole(replace(answer, ended=True, finish="stop") if kept else answer)


def mended(prompt: str) -> str:
    """Refund, and ask again for an answer that broke off."""
    return converse(prompt, Desk().tools, ask=asked_in_pieces)
