"""unknown_finish_reason, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


@pytest.mark.filterwarnings("ignore:eos is not a valid FinishReason")
def test_every_sdk_lets_a_word_pass_that_it_does_not_know(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "unknown_finish_reason", calling)
    assert got.finish == "eos"
    assert (got.text, got.arguments["amount"], got.error) == ("I refund it.", 30, None)


@pytest.mark.parametrize(
    ("way", "reason"),
    [("chat", "length"), ("anthropic", "end_turn"), ("gemini", "MAX_TOKENS"), ("responses", "completed")],
)
def test_a_word_of_the_protocol_changes_nothing(
    ask: Ask, way: str, calling: ModelAnswer, reason: str
) -> None:
    got = ask(way, f"unknown_finish_reason(reason={reason})", calling)
    assert got.did is None
    assert len(got.calls) == 2
