"""rate_limit_as_result, in a session."""

from __future__ import annotations

import pytest

import agentprobe

DONE: list[str] = []


@agentprobe.tool(effect="write")
def refund(order: str) -> str:
    DONE.append(order)
    return f"refunded {order}"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("text", "429 Too Many Requests: retry later, in 30 seconds"),
        ("record", {"status": 429, "error": "Too Many Requests", "retry_after": 30}),
    ],
)
def test_the_limit_is_what_the_tool_returns_and_the_next_call_goes_through(form: str, said: object) -> None:
    DONE.clear()
    with agentprobe.session(virtual=True, schedule=f"rate_limit_as_result(form={form})@tool:1"):
        assert refund("A-1") == said
        assert not DONE
        assert refund("A-1") == "refunded A-1"
