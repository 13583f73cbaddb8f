"""unknown_event, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pydantic
import pytest
from google.genai import errors

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


@pytest.mark.parametrize(
    "way", ["chat streamed", "responses streamed", "anthropic streamed", "gemini streamed"]
)
def test_whoever_passes_over_it_gets_the_whole_text(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "unknown_event", telling)
    assert (got.text, got.error) == (telling.text, None)
    assert got.did is not None
    assert got.did.startswith("an event processing.update came behind frame")


def test_the_openai_sdk_gives_out_a_chunk_without_choices(ask: Ask, telling: ModelAnswer) -> None:
    chunks = ask("chat streamed", "unknown_event", telling).raw
    assert [chunk.type for chunk in chunks if chunk.choices is None] == ["processing.update"]


def test_openais_responses_give_it_out_under_its_name(ask: Ask, telling: ModelAnswer) -> None:
    events = ask("responses streamed", "unknown_event(type=response.mood)", telling).raw
    assert "response.mood" in [event.type for event in events]


def test_ollamas_sdk_fails_on_it(ask: Ask, telling: ModelAnswer) -> None:
    got = ask("ollama streamed", "unknown_event", telling)
    assert isinstance(got.error, pydantic.ValidationError)
    assert telling.text.startswith(got.text)


@pytest.mark.parametrize("way", ["chat streamed", "responses streamed", "anthropic streamed"])
def test_a_comment_is_passed_over(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "unknown_event(form=comment)", telling)
    assert (got.text, got.error) == (telling.text, None)
    assert got.did is not None


def test_googles_sdk_fails_on_a_comment(ask: Ask, telling: ModelAnswer) -> None:
    got = ask("gemini streamed", "unknown_event(form=comment)", telling)
    assert isinstance(got.error, errors.UnknownApiResponseError)


def test_lines_of_json_have_no_comments(ask: Ask, telling: ModelAnswer) -> None:
    assert ask("ollama streamed", "unknown_event(form=comment)", telling).did is None


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini", "ollama"])
def test_an_answer_in_one_piece_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "unknown_event", telling).did is None
