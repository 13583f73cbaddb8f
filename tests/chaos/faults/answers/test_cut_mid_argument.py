"""cut_mid_argument, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


@pytest.mark.parametrize("way", ["chat streamed", "responses streamed"])
def test_openais_stream_ends_in_the_arguments_and_nothing_is_raised(
    ask: Ask, way: str, calling: ModelAnswer
) -> None:
    got = ask(way, "cut_mid_argument", calling)
    whole = calling.tool_calls[1].arguments
    assert got.arguments == whole[: int(len(whole) * 0.7)]
    assert got.calls[0][2]["amount"] == 1
    assert (got.finish, got.error) == (None, None)


def test_the_anthropic_sdk_makes_a_valid_call_of_it_with_the_amount_gone(
    ask: Ask, calling: ModelAnswer
) -> None:
    got = ask("anthropic streamed", "cut_mid_argument(keep=0.85)", calling)
    assert got.arguments == {"order": "A-1", "customer": "C-7", "note": "late"}
    assert (got.finish, got.error) == (None, None)


@pytest.mark.parametrize(
    "way", ["chat", "responses", "anthropic", "gemini", "gemini streamed", "ollama", "ollama streamed"]
)
def test_where_arguments_come_in_one_piece_it_did_not_fire(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "cut_mid_argument", calling)
    assert got.did is None
    assert got.arguments["amount"] == 30


def test_a_call_without_arguments_did_not_fire(ask: Ask, calling: ModelAnswer, telling: ModelAnswer) -> None:
    empty = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments=""),))
    assert ask("chat streamed", "cut_mid_argument", empty).did is None
    assert ask("chat streamed", "cut_mid_argument", telling).did is None
