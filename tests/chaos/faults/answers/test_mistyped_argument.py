"""mistyped_argument, as real SDKs give it to their callers, and over any arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


@pytest.mark.parametrize(
    ("fault", "amount"), [("mistyped_argument", "30"), ("mistyped_argument(readable=false)", "about 30")]
)
def test_a_required_number_comes_as_text(
    ask: Ask, way: str, calling: ModelAnswer, fault: str, amount: str
) -> None:
    got = ask(way, fault, calling)
    assert got.arguments == {"order": "A-1", "customer": "C-7", "note": "late", "amount": amount}
    assert got.error is None
    assert got.did == f'refund: amount is "{amount}"'


@pytest.mark.parametrize(
    ("arguments", "close", "far"),
    [
        ('{"order": "A-1"}', {"order": ["A-1"]}, {"order": {"value": "A-1"}}),
        ('{"order": "17"}', {"order": 17}, {"order": {"value": "17"}}),
        ('{"paid": true}', {"paid": "true"}, {"paid": "maybe"}),
        ('{"items": [1]}', {"items": "[1]"}, {"items": {"items": [1]}}),
        ('{"to": {"a": 1}}', {"to": '{"a": 1}'}, {"to": [{"a": 1}]}),
    ],
)
def test_each_type_becomes_another_that_models_give(
    ask: Ask, calling: ModelAnswer, arguments: str, close: Any, far: Any
) -> None:
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments=arguments),))
    assert ask("chat", "mistyped_argument", answer).arguments == close
    assert ask("chat", "mistyped_argument(readable=false)", answer).arguments == far


@pytest.mark.parametrize("arguments", ["{}", '{"order": null}', '{"order', "[]"])
def test_arguments_without_a_value_did_not_fire(ask: Ask, calling: ModelAnswer, arguments: str) -> None:
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments=arguments),))
    assert ask("chat", "mistyped_argument", answer).did is None


def test_an_earlier_call_is_changed_where_the_last_one_cannot_be(ask: Ask, calling: ModelAnswer) -> None:
    find, refund = calling.tool_calls
    got = ask(
        "chat", "mistyped_argument", replace(calling, tool_calls=(refund, replace(find, arguments="{}")))
    )
    assert got.calls[0][2]["amount"] == "30"
