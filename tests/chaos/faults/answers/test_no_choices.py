"""no_choices, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pydantic
import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
SILENT = [
    *("chat", "chat streamed", "responses", "responses streamed"),
    *("anthropic", "anthropic streamed", "gemini", "gemini streamed"),
]


@pytest.mark.parametrize("how", ["empty", "null"])
@pytest.mark.parametrize("way", SILENT)
def test_most_sdks_give_out_an_answer_in_which_nothing_is(
    ask: Ask, way: str, calling: ModelAnswer, how: str
) -> None:
    got = ask(way, f"no_choices(how={how})", calling)
    assert (got.text, got.calls, got.error) == ("", [], None)
    assert got.tokens == 12
    assert got.did == f"what holds it is {how}"


@pytest.mark.parametrize(("how", "choices"), [("empty", []), ("null", None), ("bare", None)])
def test_the_openai_sdk_gives_out_what_came(ask: Ask, calling: ModelAnswer, how: str, choices: Any) -> None:
    assert ask("chat", f"no_choices(how={how})", calling).raw.choices == choices


def test_the_openai_sdk_gives_out_chunks_without_a_choice(ask: Ask, calling: ModelAnswer) -> None:
    chunks = ask("chat streamed", "no_choices", calling).raw
    assert [chunk.choices for chunk in chunks] == [[], [], []]


def test_the_anthropic_sdk_gives_out_a_message_without_a_block(ask: Ask, calling: ModelAnswer) -> None:
    assert ask("anthropic", "no_choices", calling).raw.content == []
    assert ask("anthropic", "no_choices(how=null)", calling).raw.content is None
    kinds = [event.type for event in ask("anthropic streamed", "no_choices", calling).raw]
    assert kinds == ["message_start", "message_delta", "message_stop"]


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini"])
def test_a_bare_object_is_an_answer_to_most_sdks(ask: Ask, way: str, calling: ModelAnswer) -> None:
    got = ask(way, "no_choices(how=bare)", calling)
    assert (got.text, got.calls, got.tokens, got.error) == ("", [], None, None)


def test_a_stream_is_never_bare(ask: Ask, calling: ModelAnswer) -> None:
    assert ask("chat streamed", "no_choices(how=bare)", calling).did is None


@pytest.mark.parametrize("how", ["empty", "null", "bare"])
def test_ollamas_sdk_fails_on_it(ask: Ask, calling: ModelAnswer, how: str) -> None:
    assert isinstance(ask("ollama", f"no_choices(how={how})", calling).error, pydantic.ValidationError)
