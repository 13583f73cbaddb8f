"""After a status of 500 the whole task is begun anew, with the write that was done already."""

from __future__ import annotations

import httpx2

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, Bug
from desk import SCRIPT, TASK, Desk
from sound import URL, Answer, Message, Tools, Trouble, client, converse, read, request_body, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=(
        "server_error",
        "overloaded",
        "rate_limited",
        "connection_reset",
        "quota_exhausted",
        "reply_lost",
        *ODD_ANSWERS,
    ),
    planted={"server_error@model": Reaction.DUPLICATED},
)


class Broke(Exception):
    """The provider broke."""


def careless(prompt: str) -> str:
    """Refund; when the provider breaks, from the beginning."""
    for _ in range(3):
        try:
            return converse(prompt, Desk().tools, ask=asked_once)
        except Broke:
            continue
    raise Trouble("the provider is broken")


def asked_once(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer."""
    try:
        response = client().post(URL, json=request_body(messages, tools))
    except httpx2.HTTPError as error:
        raise Trouble(f"the model cannot be reached: {type(error).__name__}") from error
    if response.status_code == 500:
        raise Broke
    if response.status_code != 200:
        raise Trouble(f"the model answered with status {response.status_code}")
    return whole(read(response))


def mended(prompt: str) -> str:
    """Refund; when the provider breaks, the same is asked again."""
    return converse(prompt, Desk().tools)
