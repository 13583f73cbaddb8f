"""A status of 429 is asked again until it goes away, and a quota that is used up does not."""

from __future__ import annotations

import time

import httpx2

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, Bug
from desk import SCRIPT, TASK, Desk
from sound import URL, Answer, Message, Tools, Trouble, client, converse, read, request_body, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=(
        "quota_exhausted",
        "rate_limited@model:3",
        "rate_limited(by=tokens)@model:2-4",
        "server_error",
        "overloaded",
        "connection_reset",
        "auth_expired",
        *ODD_ANSWERS,
    ),
    planted={"quota_exhausted@model": Reaction.LOOPED},
)


def careless(prompt: str) -> str:
    """Refund, with patience."""
    return converse(prompt, Desk().tools, ask=asked_until_it_answers)


def asked_until_it_answers(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer, however long it takes."""
    while True:
        try:
            response = client().post(URL, json=request_body(messages, tools))
        except httpx2.HTTPError as error:
            raise Trouble(f"the model cannot be reached: {type(error).__name__}") from error
        if response.status_code == 200:
            return whole(read(response))
        if response.status_code != 429:
            raise Trouble(f"the model answered with status {response.status_code}")
        time.sleep(1)


def mended(prompt: str) -> str:
    """Refund; what does not pass is not asked again."""
    return converse(prompt, Desk().tools)
