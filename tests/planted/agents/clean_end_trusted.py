"""A stream that ends without its own end is taken for the whole answer."""

from __future__ import annotations

from dataclasses import replace

from agentprobe.domain.reaction import Reaction
from bug import ODD_STREAMS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Answer, Message, Tools, asked_in_pieces, converse, post, read_stream, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("ended_early", "unterminated_stream", "error_in_stream", *ODD_STREAMS, *OUTAGES),
    planted={"ended_early@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, and say what was said until the stream ended."""
    return converse(prompt, Desk().tools, ask=asked_until_it_ends)


def asked_until_it_ends(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer; the end of the stream is the end of the answer."""
    answer = read_stream(post(messages, tools, stream=True).text)
    usual = "tool_calls" if answer.wishes else "stop"
    return whole(replace(answer, ended=True, finish=answer.finish or usual))


def mended(prompt: str) -> str:
    """Refund, and take only whole answers."""
    return converse(prompt, Desk().tools, ask=asked_in_pieces)
