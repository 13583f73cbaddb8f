"""dropped_frame, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
STREAMS = ["chat streamed", "responses streamed", "anthropic streamed", "gemini streamed", "ollama streamed"]
ENDS = {"stop", "completed", "end_turn", "STOP"}


@pytest.mark.parametrize("way", STREAMS)
def test_a_word_is_missing_and_no_sdk_notices(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "dropped_frame", telling)
    assert got.text == "The refund of order A-1 on its way to you."
    assert got.finish in ENDS
    assert got.error is None


def test_the_openai_sdk_gives_out_arguments_that_are_no_json(ask: Ask, calling: ModelAnswer) -> None:
    got = ask("chat streamed", "dropped_frame(part=1)", calling)
    assert isinstance(got.arguments, str)
    assert got.finish == "tool_calls"


def test_the_anthropic_sdk_makes_a_call_of_arguments_without_their_end(
    ask: Ask, calling: ModelAnswer
) -> None:
    got = ask("anthropic streamed", "dropped_frame(part=1)", calling)
    assert isinstance(got.arguments, dict)
    assert got.finish == "tool_use"
    assert got.error is None


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini", "ollama"])
def test_an_answer_in_one_piece_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "dropped_frame", telling).did is None
