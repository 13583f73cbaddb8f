"""error_as_result, in a session and as a tool server would say it."""

from __future__ import annotations

import pytest

import agentprobe
from agentprobe.chaos.faults.error_as_result import ErrorAsResult
from agentprobe.domain.call import TOLD, Call, Kind

DONE: list[str] = []


@agentprobe.tool(effect="write")
def refund(order: str) -> str:
    DONE.append(order)
    return f"refunded {order}"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("text", "Error: connection to the database timed out"),
        ("record", {"error": "connection to the database timed out"}),
    ],
)
def test_the_error_is_what_the_tool_returns_and_nothing_was_done(form: str, said: object) -> None:
    DONE.clear()
    with agentprobe.session(virtual=True, schedule=f"error_as_result(form={form})@tool") as active:
        assert refund("A-1") == said
    assert not DONE
    assert active.injector is not None
    assert len(active.injector.receipts) == 1


def test_a_server_says_it_as_a_success_and_the_model_is_told_text() -> None:
    fault = ErrorAsResult(form="record", message="no desk")
    outcomes = []
    for call in (
        Call(kind=Kind.TOOL, name="refund", via="mcp:desk"),
        Call(kind=Kind.TOOL, name="refund", purpose=TOLD),
    ):
        with pytest.raises(StopIteration) as end:
            next(fault.intercept(call))
        outcomes.append(end.value.value.value)
    served, told = outcomes
    assert served["isError"] is False
    assert served["content"] == [{"type": "text", "text": '{"error": "no desk"}'}]
    assert served["structuredContent"] == {"error": "no desk"}
    assert told == '{"error": "no desk"}'
