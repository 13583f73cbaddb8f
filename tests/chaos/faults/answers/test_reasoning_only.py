"""reasoning_only, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
LENGTHS = {"length", "max_output_tokens", "max_tokens", "MAX_TOKENS"}


def test_nothing_is_said_and_the_whole_limit_is_spent(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "reasoning_only", calling)
    assert (got.text, got.calls, got.error) == ("", [], None)
    assert got.finish in LENGTHS
    assert got.tokens == (0 if "gemini" in way else 100)  # Google counts thoughts apart


def test_the_openai_sdk_tells_that_it_was_reasoning(ask: Ask, calling: ModelAnswer) -> None:
    usage = ask("chat", "reasoning_only", calling).raw.usage
    assert usage.completion_tokens_details.reasoning_tokens == 100


def test_reasoning_is_shown_where_that_is_asked_for(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "reasoning_only(shown=true)", calling)
    assert got.reasoning.startswith("Let me look")
    assert (got.text, got.calls) == ("", [])


@pytest.mark.parametrize("way", ["anthropic", "anthropic streamed", "ollama streamed"])
def test_reasoning_that_was_there_stays(ask: Ask, way: str, calling: ModelAnswer) -> None:
    assert ask(way, "reasoning_only", replace(calling, reasoning="Hm, A-1.")).reasoning == "Hm, A-1."
