"""call_with_stop, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
TOLD = {"chat": "stop", "chat streamed": "stop", "anthropic": "end_turn", "anthropic streamed": "end_turn"}


@pytest.mark.parametrize("way", TOLD)
def test_the_calls_are_whole_and_the_reason_to_stop_is_a_texts(
    ask: Ask, way: str, calling: ModelAnswer
) -> None:
    got = ask(way, "call_with_stop", calling)
    assert len(got.calls) == 2
    assert got.arguments["amount"] == 30
    assert got.finish == TOLD[way]


@pytest.mark.parametrize("way", ["responses", "responses streamed", "gemini", "ollama", "ollama streamed"])
def test_a_protocol_with_one_word_for_both_did_not_fire(ask: Ask, way: str, calling: ModelAnswer) -> None:
    assert ask(way, "call_with_stop", calling).did is None
