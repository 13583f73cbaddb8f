"""error_in_stream, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import ollama
import openai
import pytest
from google.genai import errors

from agentprobe.chaos.faults.error_in_stream import ErrorInStream
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import ModelAnswer, ModelRequest
from agentprobe.domain.wire import HttpRequest

Ask = Callable[..., Any]
RAISED = {
    "chat streamed": openai.APIError,
    "anthropic streamed": anthropic.APIStatusError,
    "gemini streamed": errors.ServerError,
    "ollama streamed": ollama.ResponseError,
}


@pytest.mark.parametrize("kind", ["overloaded", "server_error"])
@pytest.mark.parametrize("way", RAISED)
def test_a_part_is_given_out_before_the_sdk_raises(
    ask: Ask, way: str, telling: ModelAnswer, kind: str
) -> None:
    got = ask(way, f"error_in_stream(kind={kind})", telling)
    assert isinstance(got.error, RAISED[way])
    assert got.text == "The refund of order A-1 is"
    assert got.finish is None


def test_overload_at_anthropic_is_an_error_with_status_200(ask: Ask, telling: ModelAnswer) -> None:
    error = ask("anthropic streamed", "error_in_stream", telling).error
    assert type(error) is anthropic.APIStatusError
    assert error.status_code == 200
    assert isinstance(error.body, dict)
    assert error.body["error"]["type"] == "overloaded_error"


def test_overload_at_openai_is_a_bare_error_with_its_code(ask: Ask, telling: ModelAnswer) -> None:
    error = ask("chat streamed", "error_in_stream", telling).error
    assert type(error) is openai.APIError
    assert error.code == "server_is_overloaded"


def test_openais_responses_give_it_out_as_an_event_and_raise_nothing(ask: Ask, telling: ModelAnswer) -> None:
    got = ask("responses streamed", "error_in_stream", telling)
    *_, before, last = got.raw
    assert (last.type, last.code, got.error) == ("error", "server_is_overloaded", None)
    assert last.sequence_number == before.sequence_number + 1
    assert got.text == "The refund of order A-1 is"


@pytest.mark.parametrize("way", ["anthropic streamed", "gemini streamed"])
def test_a_rate_limit_may_come_as_late(ask: Ask, way: str, telling: ModelAnswer) -> None:
    error = ask(way, "error_in_stream(kind=rate_limited, part=0)", telling).error
    assert "rate" in str(error) or "quota" in str(error)


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini", "ollama"])
def test_an_answer_in_one_piece_did_not_fire(ask: Ask, way: str, telling: ModelAnswer) -> None:
    assert ask(way, "error_in_stream", telling).did is None


def test_of_a_stream_that_is_an_array_it_is_the_next_element(telling: ModelAnswer) -> None:
    dialect = dialect_named("gemini")
    whole = dialect.write_answer(telling, ModelRequest(model="m", stream=True, extra={"alt": "json"}))
    call = Call(kind=Kind.MODEL, name="m", request=HttpRequest(method="POST", target="/"), dialect="gemini")
    path = ErrorInStream().intercept(call)
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=whole))
    told = dialect.read_answer(end.value.value.value)
    assert told.error is not None
    assert told.error.type == "UNAVAILABLE"
    assert whole.body.startswith(end.value.value.value.body.rpartition(b",\r\n")[0])
