"""missing_argument, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


def test_the_required_number_is_gone(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "missing_argument", calling)
    assert got.arguments == {"order": "A-1", "customer": "C-7", "note": "late"}
    assert got.calls[0][2]["amount"] == 1
    assert got.error is None


def test_an_optional_one_is_gone_where_that_is_asked_for(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "missing_argument(which=optional)", calling)
    assert got.arguments == {"order": "A-1", "customer": "C-7", "amount": 30}
    assert got.did == "refund: note is missing"


def test_of_a_tool_that_nothing_is_known_of_a_number_is_gone(ask: Ask, calling: ModelAnswer) -> None:
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], name="unheard_of"),))
    assert "amount" not in ask("chat", "missing_argument", answer).arguments
    assert ask("chat", "missing_argument(which=optional)", answer).did is None
