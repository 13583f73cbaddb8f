"""call_cut_as_tool_calls, as real SDKs give it to their callers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
FINISHES = {
    "chat": "tool_calls",
    "responses": "completed",
    "anthropic": "tool_use",
    "gemini": "STOP",
    "ollama": "stop",
}
AS_TEXT = ["chat", "chat streamed", "responses", "responses streamed"]
AS_OBJECT = ["anthropic", "anthropic streamed", "gemini", "gemini streamed", "ollama", "ollama streamed"]


@pytest.mark.parametrize("way", AS_TEXT)
def test_the_text_of_the_arguments_breaks_off(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "call_cut_as_tool_calls", calling)
    whole = calling.tool_calls[1].arguments
    assert isinstance(got.arguments, str)
    assert whole.startswith(got.arguments)
    assert got.arguments == whole[: int(len(whole) * 0.7)]
    assert got.finish == FINISHES[way.split()[0]]


@pytest.mark.parametrize("way", AS_OBJECT)
def test_of_an_object_what_had_come_is_a_valid_call_with_the_amount_gone(
    ask: Ask, way: str, calling: ModelAnswer
) -> None:
    got = ask(way, "call_cut_as_tool_calls(keep=0.8)", calling)
    assert got.arguments == {"order": "A-1", "customer": "C-7", "note": "late"}
    assert got.finish == FINISHES[way.split()[0]]
    assert got.error is None


@pytest.mark.parametrize("keep", [0, 0.3, 0.6, 0.99])
def test_an_object_holds_what_the_cut_text_holds_whole(ask: Ask, calling: ModelAnswer, keep: float) -> None:
    text = ask("chat", f"call_cut_as_tool_calls(keep={keep})", calling).arguments
    given = ask("gemini", f"call_cut_as_tool_calls(keep={keep})", calling).arguments
    assert all(f'"{name}": {json.dumps(value)}' in text for name, value in given.items())
    assert len(given) < 4


def test_a_call_without_arguments_did_not_fire(ask: Ask, calling: ModelAnswer) -> None:
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments=""),))
    assert ask("chat", "call_cut_as_tool_calls", answer).did is None
    text = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments="no object"),))
    assert ask("gemini", "call_cut_as_tool_calls", text).did is None
