"""swapped_frames, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
STREAMS = ["chat streamed", "responses streamed", "anthropic streamed", "gemini streamed", "ollama streamed"]
ENDS = {"stop", "completed", "end_turn", "STOP"}


@pytest.mark.parametrize("way", STREAMS)
def test_two_words_have_changed_places_and_no_sdk_notices(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "swapped_frames(part=0)", telling)
    assert got.text == " refundThe of order A-1 is on its way to you."
    assert got.finish in ENDS
    assert got.error is None


def test_arguments_are_no_json_any_more(ask: Ask, calling: ModelAnswer) -> None:
    got = ask("chat streamed", "swapped_frames(part=1)", calling)
    assert isinstance(got.arguments, str)
    assert sorted(got.arguments) == sorted(calling.tool_calls[1].arguments)


@pytest.mark.parametrize("way", STREAMS)
def test_an_answer_of_one_word_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "swapped_frames", replace(telling, text="Done.")).did is None


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini", "ollama"])
def test_an_answer_in_one_piece_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "swapped_frames", telling).did is None
