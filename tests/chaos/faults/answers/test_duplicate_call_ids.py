"""duplicate_call_ids, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
WITH_IDS = [
    *("chat", "chat streamed", "responses", "responses streamed"),
    *("anthropic", "anthropic streamed", "gemini", "gemini streamed"),
]


@pytest.mark.parametrize("way", WITH_IDS)
def test_two_different_calls_come_under_one_id(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "duplicate_call_ids", calling)
    assert [(call[0], call[1]) for call in got.calls] == [("call_1", "find"), ("call_1", "refund")]
    assert [call[2]["amount"] for call in got.calls] == [1, 30]
    assert got.error is None


@pytest.mark.parametrize("way", ["ollama", "ollama streamed"])
def test_where_calls_have_no_ids_it_did_not_fire(ask: Ask, way: str, calling: ModelAnswer) -> None:
    assert ask(way, "duplicate_call_ids", calling).did is None


def test_one_call_and_two_equal_ones_did_not_fire(ask: Ask, calling: ModelAnswer) -> None:
    find, refund = calling.tool_calls
    twice = (refund, replace(refund, id="call_3"))
    assert ask("chat", "duplicate_call_ids", replace(calling, tool_calls=(find,))).did is None
    assert ask("chat", "duplicate_call_ids", replace(calling, tool_calls=twice)).did is None
