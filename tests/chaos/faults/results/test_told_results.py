"""Faults on tools that only the model traffic tells of: what the provider is told, by a real SDK."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import openai
import pytest

import agentprobe
from agentprobe.dialects import dialect_named
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall
from agentprobe.domain.wire import HttpRequest, Piece

FIND: Any = {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}


class Provider:
    """Asks for the tool once, then is content."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
        self.asked.append(json.loads(request.body))
        wish = ToolCall(id="call_1", name="find", arguments='{"order": "A-1"}')
        answer = (
            ModelAnswer(text="Done.", finish=Finish.STOP)
            if len(self.asked) > 1
            else ModelAnswer(tool_calls=(wish,), finish=Finish.TOOL_CALLS)
        )
        dialect = dialect_named("openai_chat")
        reply = dialect.write_answer(answer, dialect.read_request(request.body))
        yield reply.head
        yield from reply.chunks


def told(fault: str, result: str) -> tuple[str, int]:
    """What the model is told of a result, and how often the fault struck."""
    provider = Provider()
    with (
        agentprobe.session(virtual=True, schedule=f"{fault}@tool", model=provider) as active,
        openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9/v1") as client,
    ):
        messages: list[Any] = [{"role": "user", "content": "Where is A-1?"}]
        wish = client.chat.completions.create(model="m", messages=messages, tools=[FIND])
        messages += [
            wish.choices[0].message.to_dict(),
            {"role": "tool", "tool_call_id": "call_1", "content": result},
        ]
        client.chat.completions.create(model="m", messages=messages, tools=[FIND])
    assert active.injector is not None
    return provider.asked[-1]["messages"][-1]["content"], len(active.injector.receipts)


@pytest.mark.parametrize(
    ("fault", "result", "heard"),
    [
        ("null_result", "Order A-1 is paid.", "null"),
        ("error_as_result", "paid", "Error: connection to the database timed out"),
        ("reply_lost", "paid", "Error: the connection was reset before the reply came"),
        ("clock_skew(seconds=60)", "Sent 2026-01-05T09:00:00Z.", "Sent 2026-01-05T09:01:00Z."),
        ("not_a_number", '{"amount": 30}', '{"amount": NaN}'),
        ("lone_surrogate", '{"note": "Thanks"}', '{"note": "Thanks\\ud83d"}'),
        ("schema_drift(shape=unit_changed)", '{"amount":30.5}', '{"amount":3050}'),
        ("mojibake", "Müller", "MÃ¼ller"),
    ],
)
def test_the_model_is_told_what_came_of_it(fault: str, result: str, heard: str) -> None:
    assert told(fault, result) == (heard, 1)


@pytest.mark.parametrize(
    "fault", ["silent_no_op", "duplicate_delivery", "late_effect", "out_of_order_write", "lone_surrogate"]
)
def test_what_is_over_cannot_be_done_otherwise(fault: str) -> None:
    assert told(fault, "Order A-1 is refunded.") == ("Order A-1 is refunded.", 0)
