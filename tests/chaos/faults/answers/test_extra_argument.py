"""extra_argument, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


def test_one_argument_more_comes_through_every_sdk(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "extra_argument", calling)
    more = {"reason": "requested by the user"}
    assert got.arguments == {"order": "A-1", "customer": "C-7", "note": "late", "amount": 30} | more
    assert got.error is None


def test_its_name_may_be_chosen(ask: Ask, calling: ModelAnswer) -> None:
    got = ask("chat", "extra_argument(argument=confirm)", calling)
    assert got.arguments["confirm"] is True


def test_one_that_the_tool_knows_is_no_extra(ask: Ask, calling: ModelAnswer) -> None:
    assert ask("chat", "extra_argument(argument=note)", calling).did is None
