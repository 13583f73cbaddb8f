"""swapped_arguments, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


def test_two_required_texts_have_changed_places(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "swapped_arguments", calling)
    assert got.arguments == {"order": "C-7", "customer": "A-1", "note": "late", "amount": 30}
    assert got.error is None


def test_two_numbers_come_before_two_texts(ask: Ask, calling: ModelAnswer) -> None:
    arguments = '{"a": "x", "b": "y", "from": 1, "to": 2.5}'
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], name="move", arguments=arguments),))
    assert ask("chat", "swapped_arguments", answer).arguments == {"a": "x", "b": "y", "from": 2.5, "to": 1}


@pytest.mark.parametrize("arguments", ['{"order": "A-1", "amount": 30}', '{"a": 1, "b": 1}', "{}"])
def test_a_call_without_two_such_arguments_did_not_fire(
    ask: Ask, calling: ModelAnswer, arguments: str
) -> None:
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments=arguments),))
    assert ask("chat", "swapped_arguments", answer).did is None
