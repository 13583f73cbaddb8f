"""reused_call_id, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
WITH_IDS = [
    *("chat", "chat streamed", "responses", "responses streamed"),
    *("anthropic", "anthropic streamed", "gemini", "gemini streamed"),
]


@pytest.mark.parametrize("way", WITH_IDS)
def test_a_new_call_comes_under_the_id_of_an_old_one(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "reused_call_id", calling, earlier=True)
    assert [(call[0], call[1]) for call in got.calls] == [("call_1", "find"), ("call_0", "refund")]
    assert got.arguments["amount"] == 30
    assert got.did == "refund has the id of an earlier call: call_0"


@pytest.mark.parametrize("way", ["ollama", "ollama streamed"])
def test_where_calls_have_no_ids_it_did_not_fire(ask: Ask, way: str, calling: ModelAnswer) -> None:
    assert ask(way, "reused_call_id", calling, earlier=True).did is None


def test_a_conversation_without_earlier_calls_did_not_fire(ask: Ask, way: str, calling: ModelAnswer) -> None:
    assert ask(way, "reused_call_id", calling).did is None
