"""invented_tool, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


def test_no_sdk_minds_a_tool_that_was_never_offered(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "invented_tool", calling)
    assert [name for _, name, _ in got.calls] == ["find", "refund_v2"]
    assert got.arguments["amount"] == 30
    assert got.error is None


@pytest.mark.parametrize("way", ["chat", "anthropic streamed"])
def test_the_name_may_be_chosen(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "invented_tool(tool=wire_money)", calling)
    assert got.calls[-1][1] == "wire_money"
    assert got.did == "wire_money was called in place of refund"


def test_a_name_that_is_offered_changes_nothing(ask: Ask, calling: ModelAnswer) -> None:
    got = ask("chat", "invented_tool(tool=find)", calling)
    assert got.did is None
    assert got.calls[-1][1] == "refund"


def test_a_text_calls_no_tool(ask: Ask, telling: ModelAnswer) -> None:
    assert ask("chat", "invented_tool", telling).did is None
