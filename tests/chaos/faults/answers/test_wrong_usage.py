"""wrong_usage, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


def test_without_usage_the_answer_is_whole_and_the_field_is_none(
    ask: Ask, way: str, calling: ModelAnswer
) -> None:
    got = ask(way, "wrong_usage", calling)
    assert got.tokens is None
    if way == "anthropic streamed":  # its SDK counts while it reads
        assert isinstance(got.error, AttributeError)
        assert got.text == "I refund it."
        return
    assert got.error is None
    assert (got.text, got.arguments["amount"]) == ("I refund it.", 30)


@pytest.mark.parametrize(("how", "tokens"), [("zero", 0), ("huge", 12_000_000)])
def test_other_figures_come_through_every_sdk(
    ask: Ask, way: str, calling: ModelAnswer, how: str, tokens: int
) -> None:
    got = ask(way, f"wrong_usage(how={how})", calling)
    assert got.tokens == tokens
    assert (got.text, got.arguments["amount"], got.error) == ("I refund it.", 30, None)


@pytest.mark.parametrize("way", ["chat", "chat streamed", "responses", "gemini", "ollama"])
def test_an_answer_that_says_nothing_of_its_tokens_did_not_fire(
    ask: Ask, way: str, calling: ModelAnswer
) -> None:
    assert ask(way, "wrong_usage", replace(calling, usage=None)).did is None
