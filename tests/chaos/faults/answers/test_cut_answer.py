"""cut_answer, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
LENGTHS = {"length", "max_output_tokens", "max_tokens", "MAX_TOKENS"}


def test_the_first_part_comes_as_an_answer_that_stopped_for_length(
    ask: Ask, way: str, telling: ModelAnswer
) -> None:
    got = ask(way, "cut_answer", telling)
    assert got.text == telling.text[:22]
    assert got.finish in LENGTHS
    assert got.error is None


def test_calls_that_would_have_followed_never_come(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "cut_answer(keep=0)", calling)
    assert (got.text, got.calls) == ("I", [])


def test_an_answer_without_text_did_not_fire(ask: Ask, calling: ModelAnswer) -> None:
    assert ask("chat", "cut_answer", replace(calling, text="")).did is None
