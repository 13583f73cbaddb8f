"""The text of an error is handed on as the answer."""

from __future__ import annotations

import httpx2

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, ODD_TOOLS, Bug
from desk import SCRIPT, TASK, Desk
from sound import URL, Answer, Message, Tools, Trouble, client, converse, read, request_body, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("server_error", "connection_reset", "bad_gzip", *ODD_ANSWERS, *ODD_TOOLS),
    planted={"server_error@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, and always answer."""
    return converse(prompt, Desk().tools, ask=asked_come_what_may)


def asked_come_what_may(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer, or what came in its place."""
    try:
        response = client().post(URL, json=request_body(messages, tools))
    except httpx2.HTTPError as error:
        raise Trouble(f"the model cannot be reached: {type(error).__name__}") from error
    if response.status_code != 200:
        return Answer(text=response.json()["error"]["message"], finish="stop")
    return whole(read(response))


def mended(prompt: str) -> str:
    """Refund, and answer with no error."""
    return converse(prompt, Desk().tools)
