"""repeated_call, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


def test_the_last_call_comes_twice_under_one_id(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "repeated_call", calling)
    assert [name for _, name, _ in got.calls] == ["find", "refund", "refund"]
    assert got.calls[1] == got.calls[2]
    assert got.error is None


@pytest.mark.parametrize(
    "way", ["chat", "chat streamed", "responses", "anthropic", "anthropic streamed", "gemini"]
)
def test_it_may_come_under_an_id_of_its_own(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "repeated_call(same_id=false)", calling)
    assert len({call[0] for call in got.calls}) == 3
    assert got.calls[2][0].startswith("call_")
    assert got.calls[1][1:] == got.calls[2][1:]


def test_a_text_calls_no_tool(ask: Ask, telling: ModelAnswer) -> None:
    assert ask("chat", "repeated_call", telling).did is None
