"""length_cut_valid, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
LENGTHS = {"length", "max_output_tokens", "max_tokens", "MAX_TOKENS"}


def test_the_last_argument_is_gone_and_the_call_is_valid(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "length_cut_valid", calling)
    assert got.arguments == {"order": "A-1", "customer": "C-7", "note": "late"}
    assert got.finish in LENGTHS
    assert got.error is None


def test_thirty_becomes_three(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "length_cut_valid(last=shortened)", calling)
    assert got.arguments == {"order": "A-1", "customer": "C-7", "note": "late", "amount": 3}
    assert got.finish in LENGTHS
    assert got.did == "refund: cut at amount=3"


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        ('{"a": 1, "note": "late"}', {"a": 1, "note": "la"}),
        ('{"a": 1, "items": [1, 2, 3]}', {"a": 1, "items": [1]}),
        ('{"a": 1, "amount": -1234}', {"a": 1, "amount": -1}),
        ('{"a": 1, "amount": 7}', {"a": 1}),
        ('{"a": 1, "amount": 12.5}', {"a": 1}),
        ('{"paid": true}', {}),
    ],
)
def test_what_cannot_be_shortened_is_gone(ask: Ask, calling: ModelAnswer, arguments: str, left: Any) -> None:
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments=arguments),))
    assert ask("chat", "length_cut_valid(last=shortened)", answer).arguments == left


def test_a_call_without_arguments_did_not_fire(ask: Ask, calling: ModelAnswer) -> None:
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments="{}"),))
    assert ask("chat", "length_cut_valid", answer).did is None
