"""refused_answer, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
TEXT = "I'm sorry, but I can't help with that."
WITH_A_FIELD = ["chat", "chat streamed", "responses", "responses streamed", "anthropic", "anthropic streamed"]
IN_WORDS = ["gemini", "gemini streamed", "ollama", "ollama streamed"]
FILTERED = {
    "chat": "content_filter",
    "responses": "content_filter",
    "anthropic": "refusal",
    "gemini": "SAFETY",
}


@pytest.mark.parametrize("way", WITH_A_FIELD)
def test_a_refusal_stands_where_the_protocol_has_it_and_the_text_is_empty(
    ask: Ask, way: str, calling: ModelAnswer
) -> None:
    got = ask(way, "refused_answer", calling)
    assert (got.text, got.calls, got.refusal, got.error) == ("", [], TEXT, None)
    assert got.finish == ("refusal" if "anthropic" in way else "completed" if "responses" in way else "stop")


@pytest.mark.parametrize("way", IN_WORDS)
def test_where_there_is_no_field_the_model_says_it(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, 'refused_answer(text="No.")', calling)
    assert (got.text, got.calls) == ("No.", [])
    assert got.did == "the model refused: 'No.'"


def test_the_openai_sdk_gives_no_content_with_a_refusal(ask: Ask, calling: ModelAnswer) -> None:
    got = ask("chat", "refused_answer", calling)
    assert got.raw.choices[0].message.content is None


@pytest.mark.parametrize("way", [*FILTERED, *(f"{way} streamed" for way in FILTERED)])
def test_a_filter_ends_the_answer_without_a_word(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "refused_answer(by=filter)", calling)
    assert (got.text, got.calls, got.refusal, got.error) == ("", [], None, None)
    assert got.finish == FILTERED[way.removesuffix(" streamed")]


def test_ollama_has_no_filter(ask: Ask, calling: ModelAnswer) -> None:
    got = ask("ollama", "refused_answer(by=filter)", calling)
    assert got.did is None
    assert len(got.calls) == 2
