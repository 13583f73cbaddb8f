"""An SDK makes a whole call of arguments that a stream has cut, and a default fills what is gone."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import anthropic
from anthropic.types import Message, ToolUseBlock

from agentprobe.domain.reaction import Reaction
from bug import Bug
from closed_arguments import Generous
from desk import SCRIPT, TASK
from sound import Trouble, Wish, carried_out, described, result

POLICY = SCRIPT
BUG = Bug(
    task=TASK,
    faults=(
        "cut_mid_argument@model:2",
        "unterminated_stream@model:3",
        "error_in_stream@model:3",
        "cut_stream@model:2",
        "malformed_frame@model:2",
        "unknown_event@model:3",
        "server_error@model:3",
        "overloaded@model:3+",
        "connection_reset@model:2",
        "empty_answer@model:3",
        "invented_tool@model:2",
        "repeated_call@model:2",
        "tool_error@tool:refund:1",
        "null_result@tool:find_order:1",
    ),
    planted={"cut_mid_argument@model": Reaction.MISACTED},
)


@cache
def client() -> anthropic.Anthropic:
    """The connection to the model, opened once."""
    return anthropic.Anthropic(api_key="simulated", base_url="http://127.0.0.1:9", timeout=20.0)


def careless(prompt: str) -> str:
    """Refund by what the SDK has made of the stream."""
    return worked_off(prompt, wary=False)


def mended(prompt: str) -> str:
    """Refund if the model has said that it wants a tool called."""
    return worked_off(prompt, wary=True)


def worked_off(prompt: str, *, wary: bool) -> str:
    """Let the model and the tools talk until the model has an answer."""
    tools = Generous().tools
    messages: list[Any] = [{"role": "user", "content": prompt}]
    for _ in range(8):
        message = asked(messages, [told["function"] for told in map(described, tools)])
        uses = [block for block in message.content if isinstance(block, ToolUseBlock)]
        if message.stop_reason != ("tool_use" if uses else "end_turn") and (wary or not uses):
            raise Trouble(f"the model stopped for {message.stop_reason}")
        text = "".join(block.text for block in message.content if block.type == "text")
        if not uses and not text:
            raise Trouble("the model said nothing")
        if not uses:
            return text
        wishes = {use.id: Wish(id=use.id, name=use.name, arguments=json.dumps(use.input)) for use in uses}
        done = {(one.name, one.arguments): one for one in wishes.values()}
        given = {meant: json.dumps(carried_out(one, tools)) for meant, one in done.items()}
        messages += [
            {"role": "assistant", "content": message.content},
            {"role": "user", "content": [answered(one, given) for one in wishes.values()]},
        ]
    raise Trouble("there was no answer after 8 steps")


def asked(messages: list[Any], tools: list[Any]) -> Message:
    """The model's answer, put together by the SDK."""
    offered: list[Any] = [
        {"name": one["name"], "description": one["description"], "input_schema": one["parameters"]}
        for one in tools
    ]
    with client().messages.stream(
        model="clerk-1", max_tokens=1_000, messages=messages, tools=offered
    ) as stream:
        return stream.get_final_message()


def answered(wish: Wish, given: dict[tuple[str, str], str]) -> dict[str, Any]:
    """A result as the model is told it."""
    text = result(wish, given[wish.name, wish.arguments])["content"]
    return {"type": "tool_result", "tool_use_id": wish.id, "content": text}
