"""malformed_frame, as real SDKs give it to their callers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.genai import errors

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]
STREAMS = ["chat streamed", "responses streamed", "anthropic streamed", "ollama streamed"]


@pytest.mark.parametrize("way", STREAMS)
def test_a_part_is_given_out_before_an_error_that_is_none_of_the_sdks(
    ask: Ask, way: str, telling: ModelAnswer
) -> None:
    got = ask(way, "malformed_frame", telling)
    assert isinstance(got.error, json.JSONDecodeError)
    assert got.text == "The refund of order A-1"


def test_googles_sdk_raises_one_of_its_own(ask: Ask, telling: ModelAnswer) -> None:
    got = ask("gemini streamed", "malformed_frame", telling)
    assert isinstance(got.error, errors.UnknownApiResponseError)
    assert got.text == "The refund of order A-1"


def test_it_can_be_the_first_or_the_last(ask: Ask, telling: ModelAnswer) -> None:
    assert ask("chat streamed", "malformed_frame(part=0)", telling).text == ""
    assert ask("chat streamed", "malformed_frame(part=1)", telling).text == telling.text.removesuffix(" you.")


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini", "ollama"])
def test_an_answer_in_one_piece_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "malformed_frame", telling).did is None
