"""An answer without a word is handed on as success."""

from __future__ import annotations

from dataclasses import replace

from agentprobe.domain.reaction import Reaction
from bug import ODD_ANSWERS, ODD_TOOLS, OUTAGES, Bug
from desk import SCRIPT, TASK, Desk
from sound import Answer, Message, Tools, converse, post, read, whole

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=("empty_answer", "refused_answer", "no_choices", *ODD_ANSWERS, *ODD_TOOLS, *OUTAGES),
    planted={"empty_answer@model": Reaction.LIED, "refused_answer@model": Reaction.LIED},
)


def careless(prompt: str) -> str:
    """Refund, and always have something to say."""
    return converse(prompt, Desk().tools, ask=asked_for_a_word)


def asked_for_a_word(messages: list[Message], tools: Tools) -> Answer:
    """The model's answer; where there is none all must be well."""
    answer = read(post(messages, tools))
    if not answer.text.strip() and not answer.wishes:
        answer = replace(answer, text="Done.", refusal="", finish="stop")
    return whole(answer)


def mended(prompt: str) -> str:
    """Refund, and take nothing for nothing."""
    return converse(prompt, Desk().tools)
