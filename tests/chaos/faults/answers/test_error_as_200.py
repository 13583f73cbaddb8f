"""error_as_200, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ollama
import pydantic
import pytest
from google.genai import errors

from agentprobe.chaos.faults.error_as_200 import ErrorAs200
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import ModelAnswer
from agentprobe.domain.wire import HttpRequest

Ask = Callable[..., Any]


@pytest.mark.parametrize("kind", ["server_error", "rate_limited"])
@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini"])
def test_most_sdks_give_out_an_answer_whose_fields_are_none(
    ask: Ask, way: str, telling: ModelAnswer, kind: str
) -> None:
    got = ask(way, f"error_as_200(kind={kind})", telling)
    assert (got.text, got.calls, got.tokens, got.error) == ("", [], None, None)
    assert got.reply is None, "the provider was not asked"


def test_the_error_is_there_for_who_looks_for_it(ask: Ask, telling: ModelAnswer) -> None:
    assert ask("chat", "error_as_200", telling).raw.error["type"] == "server_error"
    assert ask("anthropic", "error_as_200", telling).raw.error["type"] == "api_error"


@pytest.mark.parametrize("way", ["chat streamed", "responses streamed"])
def test_openais_stream_ends_without_one_chunk(ask: Ask, way: str, telling: ModelAnswer) -> None:
    got = ask(way, "error_as_200", telling)
    assert (got.raw, got.error) == ([], None)


def test_anthropics_stream_fails_on_an_assertion(ask: Ask, telling: ModelAnswer) -> None:
    assert isinstance(ask("anthropic streamed", "error_as_200", telling).error, AssertionError)


def test_googles_stream_and_ollamas_know_it_for_an_error(ask: Ask, telling: ModelAnswer) -> None:
    assert isinstance(ask("gemini streamed", "error_as_200", telling).error, errors.ServerError)
    assert isinstance(ask("ollama streamed", "error_as_200", telling).error, ollama.ResponseError)
    assert isinstance(ask("ollama", "error_as_200", telling).error, pydantic.ValidationError)


def test_a_call_in_no_known_dialect_goes_on_as_it_is() -> None:
    call = Call(kind=Kind.MODEL, name="m", request=HttpRequest(method="POST", target="/"))
    path, outcome = ErrorAs200().intercept(call), Outcome(value="told")
    assert next(path) is call
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    assert end.value.value is outcome
