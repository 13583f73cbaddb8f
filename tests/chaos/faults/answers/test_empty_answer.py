"""empty_answer, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agentprobe.domain.model import Finish, ModelAnswer

Ask = Callable[..., Any]
ENDS = {"stop", "completed", "end_turn", "STOP"}


def test_the_caller_gets_a_finished_answer_that_says_nothing(
    ask: Ask, way: str, calling: ModelAnswer
) -> None:
    got = ask(way, "empty_answer", calling)
    assert (got.text, got.calls, got.error) == ("", [], None)
    assert got.finish in ENDS
    assert got.tokens == 12
    assert got.did == "nothing was said"


def test_an_answer_that_is_empty_already_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "empty_answer", replace(telling, text="", finish=Finish.STOP)).did is None
