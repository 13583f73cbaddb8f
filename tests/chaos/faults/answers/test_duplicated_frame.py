"""duplicated_frame, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
STREAMS = ["chat streamed", "responses streamed", "anthropic streamed", "gemini streamed", "ollama streamed"]
ENDS = {"stop", "completed", "end_turn", "STOP"}


@pytest.mark.parametrize("way", STREAMS)
def test_a_word_stands_twice_and_no_sdk_notices(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "duplicated_frame", telling)
    assert got.text == "The refund of order A-1 is is on its way to you."
    assert got.finish in ENDS
    assert got.error is None


@pytest.mark.parametrize("way", ["chat streamed", "responses streamed"])
def test_arguments_are_no_json_any_more(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "duplicated_frame(part=1)", calling)
    assert isinstance(got.arguments, str)
    assert got.error is None


@pytest.mark.parametrize("way", ["gemini streamed", "ollama streamed"])
def test_where_a_call_is_one_frame_it_is_wished_for_twice(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "duplicated_frame(part=1)", calling)
    assert [name for _, name, _ in got.calls] == ["find", "refund", "refund"]


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini", "ollama"])
def test_an_answer_in_one_piece_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "duplicated_frame", telling).did is None
