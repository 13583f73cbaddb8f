"""null_argument, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


def test_the_required_number_is_null(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "null_argument", calling)
    assert got.arguments == {"order": "A-1", "customer": "C-7", "note": "late", "amount": None}
    assert got.error is None
    assert got.did == "refund: amount is null"


def test_arguments_that_are_null_already_did_not_fire(ask: Ask, calling: ModelAnswer) -> None:
    answer = replace(calling, tool_calls=(replace(calling.tool_calls[1], arguments='{"amount":null}'),))
    assert ask("chat", "null_argument", answer).did is None
