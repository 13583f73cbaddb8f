"""How each protocol refuses for a reason: read back, and as Google's and Ollama's own clients read it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import ollama
import pytest
from google import genai
from google.genai import errors, types

import agentprobe
from agentprobe.dialects import DIALECTS, dialect_for, dialect_named
from agentprobe.dialects.gemini._target import ARRAY, FORM
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpRequest, Piece

NEVER = {("ollama", Reason.BILLING_STOPPED), ("ollama", Reason.PROMPT_FILTERED)}
STATUSES = {
    "openai_chat": {Reason.OVERLOADED: 503, Reason.KEY_EXPIRED: 401, Reason.REQUEST_TOO_LARGE: 413},
    "anthropic_messages": {Reason.OVERLOADED: 529, Reason.KEY_EXPIRED: 401, Reason.BILLING_STOPPED: 402},
    "gemini": {Reason.OVERLOADED: 503, Reason.KEY_EXPIRED: 400, Reason.REQUEST_TOO_LARGE: 400},
    "ollama": {Reason.OVERLOADED: 503, Reason.KEY_EXPIRED: 401, Reason.REQUEST_TOO_LARGE: 413},
}


def request_of(**more: Any) -> ModelRequest:
    return ModelRequest(model="old-1", messages=(Message(role="user", text="hi"),), **more)


def refusal_for(reason: Reason) -> Refusal:
    return Refusal(reason=reason, size=222, most=200, parameter="tools")


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("name", DIALECTS.names())
def test_every_refusal_is_read_back_as_one(name: str, reason: Reason) -> None:
    dialect = dialect_named(name)
    reply = dialect.write_refusal(refusal_for(reason), request_of())
    if (name, reason) in NEVER:
        assert reply is None
        return
    assert reply is not None
    read = dialect.read_answer(reply)
    if name == "gemini" and reason is Reason.PROMPT_FILTERED:
        assert read.finish is Finish.CONTENT_FILTER
        assert not read.text
        return
    assert reply.status >= 400
    assert read.error is not None
    assert read.error.message
    assert "{" not in read.error.message


@pytest.mark.parametrize("name", STATUSES)
def test_the_providers_do_not_agree_on_statuses(name: str) -> None:
    for reason, status in STATUSES[name].items():
        reply = dialect_named(name).write_refusal(refusal_for(reason), request_of())
        assert reply is not None
        assert reply.status == status


@pytest.mark.parametrize("name", DIALECTS.names())
def test_a_time_to_come_back_is_told_where_there_is_one(name: str) -> None:
    dialect = dialect_named(name)
    told = dialect.write_refusal(Refusal(reason=Reason.GROWING_TOO_FAST, retry_after=2.5), request_of())
    untold = dialect.write_refusal(Refusal(reason=Reason.GROWING_TOO_FAST), request_of())
    assert told is not None
    assert untold is not None
    assert told.header("retry-after") == "3"
    assert untold.header("retry-after") is None


@pytest.mark.parametrize("more", [{}, {"stream": True}, {"stream": True, "extra": {FORM: ARRAY}}])
def test_a_filtered_prompt_has_no_candidates_in_any_form(more: dict[str, Any]) -> None:
    dialect = dialect_named("gemini")
    reply = dialect.write_refusal(Refusal(reason=Reason.PROMPT_FILTERED), request_of(**more))
    assert reply is not None
    assert dialect.streams(reply) is bool(more)
    assert dialect.read_answer(reply).finish is Finish.CONTENT_FILTER


def answering(request: HttpRequest) -> Generator[Piece, None, None]:
    dialect = dialect_for(request.method, request.target)
    assert dialect is not None
    asked = dialect.read_request(request.body, request.target)
    reply = dialect.write_answer(ModelAnswer(text="Done.", finish=Finish.STOP), asked)
    yield reply.head
    yield from reply.chunks


def gemini_says(model: str = "m", *, stream: bool = False) -> str:
    options = types.HttpOptions(base_url="http://127.0.0.1:9")
    with genai.Client(api_key="k", http_options=options) as client:
        config = types.GenerateContentConfig(temperature=0.5)
        if not stream:
            return client.models.generate_content(model=model, contents="hi", config=config).text or ""
        parts = client.models.generate_content_stream(model=model, contents="hi", config=config)
        return "".join(part.text or "" for part in parts)


GEMINI = [
    ("rate_limited(by=tokens)", 429, "RESOURCE_EXHAUSTED"),
    ("slow_down", 429, "RESOURCE_EXHAUSTED"),
    ("quota_exhausted", 429, "RESOURCE_EXHAUSTED"),
    ("billing_stopped", 403, "PERMISSION_DENIED"),
    ("overloaded", 503, "UNAVAILABLE"),
    ("provider_timed_out", 504, "DEADLINE_EXCEEDED"),
    ("context_too_long", 400, "INVALID_ARGUMENT"),
    ("request_too_large", 400, "INVALID_ARGUMENT"),
    ("auth_expired", 400, "INVALID_ARGUMENT"),
    ("permission_denied", 403, "PERMISSION_DENIED"),
    ("model_removed", 404, "NOT_FOUND"),
    ("parameter_rejected", 400, "INVALID_ARGUMENT"),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("fault", "code", "status"), GEMINI)
def test_googles_own_client_reads_them(fault: str, code: int, status: str, stream: bool) -> None:
    with (
        agentprobe.session(virtual=True, schedule=f"{fault}@model:1", model=answering),
        pytest.raises(errors.APIError) as caught,
    ):
        gemini_says(stream=stream)
    assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize("stream", [False, True])
def test_googles_own_client_has_nothing_to_say_of_a_filtered_prompt(stream: bool) -> None:
    with agentprobe.session(virtual=True, schedule="content_filtered@model", model=answering):
        assert gemini_says(stream=stream) == ""


def test_the_setting_that_gemini_rejects_is_named_by_its_place() -> None:
    with (
        agentprobe.session(virtual=True, schedule="parameter_rejected@model", model=answering),
        pytest.raises(errors.ClientError) as caught,
    ):
        gemini_says()
    assert "Unknown name \"temperature\" at 'generationConfig'" in str(caught.value.message)


OLLAMA = [
    ("rate_limited(by=tokens)", 429),
    ("slow_down", 429),
    ("quota_exhausted", 429),
    ("overloaded", 503),
    ("provider_timed_out", 504),
    ("context_too_long", 400),
    ("request_too_large", 413),
    ("auth_expired", 401),
    ("permission_denied", 403),
    ("model_removed", 404),
    ("parameter_rejected", 400),
]


def ollama_says(*, stream: bool) -> str:
    def find(name: str) -> str:
        """Find somebody."""
        return name

    with ollama.Client(host="http://127.0.0.1:9") as client:
        messages = [{"role": "user", "content": "hi"}]
        if not stream:
            return client.chat("m", messages, tools=[find]).message.content or ""
        parts = client.chat("m", messages, tools=[find], stream=True)
        return "".join(part.message.content or "" for part in parts)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("fault", "status"), OLLAMA)
def test_ollamas_own_client_reads_them(fault: str, status: int, stream: bool) -> None:
    with (
        agentprobe.session(virtual=True, schedule=f"{fault}@model:1", model=answering),
        pytest.raises(ollama.ResponseError) as caught,
    ):
        ollama_says(stream=stream)
    assert caught.value.status_code == status
    assert caught.value.error


@pytest.mark.parametrize("fault", ["content_filtered", "billing_stopped"])
def test_what_ollama_never_says_lets_the_call_pass(fault: str) -> None:
    with agentprobe.session(virtual=True, schedule=f"{fault}@model", model=answering) as active:
        assert ollama_says(stream=False) == "Done."
    assert active.injector is not None
    assert active.injector.receipts == ()
