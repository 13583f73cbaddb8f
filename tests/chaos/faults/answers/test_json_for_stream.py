"""json_for_stream, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


@pytest.mark.parametrize("way", ["chat streamed", "responses streamed"])
def test_openais_sdk_gives_out_not_one_chunk_and_no_error(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "json_for_stream", telling)
    assert (got.raw, got.text, got.error) == ([], "", None)
    assert got.did == "one JSON body came in place of the stream"


def test_anthropics_sdk_fails_on_an_assertion(ask: Ask, telling: ModelAnswer) -> None:
    got = ask("anthropic streamed", "json_for_stream", telling)
    assert isinstance(got.error, AssertionError)
    assert got.text == ""


@pytest.mark.parametrize("way", ["gemini streamed", "ollama streamed"])
def test_a_body_is_a_stream_of_one_to_the_others(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "json_for_stream", telling)
    assert (got.text, len(got.raw), got.error) == (telling.text, 1, None)


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini", "ollama"])
def test_an_answer_that_is_not_streamed_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "json_for_stream", telling).did is None
