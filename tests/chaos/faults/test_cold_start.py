"""cold_start, as the SDKs see it and in every protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import openai
import pytest
from tests.chaos.asking import body_of, user

from agentprobe.basis.clock import VirtualClock
from agentprobe.chaos.injector import Injector
from agentprobe.chaos.schedule import Schedule
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, Usage
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.kernel.session import Session

CACHED = Usage(input_tokens=2000, output_tokens=9, cached_tokens=1500)
ANSWER = ModelAnswer(model="m", text="Done.", finish=Finish.STOP, usage=CACHED)
CACHING = pytest.mark.parametrize("name", ["openai_chat", "openai_responses", "anthropic_messages", "gemini"])
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
ASK: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def twice(name: str, *, stream: bool) -> tuple[ModelAnswer, list[ModelAnswer], list[tuple[str, ...]], float]:
    """The provider's answer, what two calls got with their marks, and how long it took."""
    dialect, clock = dialect_named(name), VirtualClock()
    session = Session("s", clock=clock)
    session.boundary.rooms = (Injector(Schedule.parse("cold_start(seconds=8)@model"), session),)
    written = dialect.write_answer(ANSWER, ModelRequest(model="m", stream=stream, stream_usage=stream))
    request = HttpRequest(method="POST", target=dialect.standard_path, body=body_of(name, user("go")))
    call = Call(kind=Kind.MODEL, name="m", request=request, dialect=name)
    got = [session.boundary.call(call, lambda _: written) for _ in range(2)]
    answers = [dialect.read_answer(outcome.value) for outcome in got]
    return dialect.read_answer(written), answers, [outcome.marks for outcome in got], clock.now()


@CACHING
@STREAMED
def test_the_first_call_waits_and_pays_for_its_whole_prompt(name: str, stream: bool) -> None:
    written, (first, second), marks, seconds = twice(name, stream=stream)
    assert written.usage is not None
    assert written.usage.cached_tokens == 1500
    assert second == written
    assert first.usage is not None
    assert not first.usage.cached_tokens
    assert first.usage.input_tokens == written.usage.input_tokens
    assert replace(first, usage=None) == replace(written, usage=None)
    assert marks == [("fault:cold_start",), ()]
    assert seconds == 8


@STREAMED
def test_what_was_read_from_anthropics_cache_is_written_into_it(stream: bool) -> None:
    written, (first, _), _, _ = twice("anthropic_messages", stream=stream)
    assert written.usage == CACHED
    assert first.usage is not None
    assert (first.usage.written_tokens, first.usage.input_tokens) == (1500, 2000)


def test_a_protocol_that_tells_of_no_cache_waits_only() -> None:
    written, answers, marks, seconds = twice("ollama", stream=True)
    assert answers == [written, written]
    assert (marks[0], seconds) == (("fault:cold_start",), 8)


def test_openais_sdk_counts_no_cached_tokens_the_first_time(rig: Any) -> None:
    one = rig("openai_chat", "cold_start@model", ANSWER)
    client = one.openai_client()
    cold, warm = (client.chat.completions.create(**ASK).usage for _ in range(2))
    assert (cold.prompt_tokens_details.cached_tokens, warm.prompt_tokens_details.cached_tokens) == (0, 1500)
    assert cold.prompt_tokens == warm.prompt_tokens == 2000
    assert one.clock.now() == 20


def test_anthropics_sdk_counts_no_cached_tokens_the_first_time(rig: Any) -> None:
    one = rig("anthropic_messages", "cold_start@model", ANSWER)
    client = one.anthropic_client()
    cold, warm = (client.messages.create(**ASK, max_tokens=9).usage for _ in range(2))
    assert (cold.cache_read_input_tokens, cold.cache_creation_input_tokens) == (0, 1500)
    assert warm.cache_read_input_tokens == 1500


def test_a_caller_who_is_less_patient_gives_up_before(rig: Any) -> None:
    one = rig("openai_chat", "cold_start(seconds=30)@model", ANSWER)
    client = one.openai_client().with_options(timeout=5)
    with pytest.raises(openai.APITimeoutError):
        client.chat.completions.create(**ASK)
    assert (one.clock.now(), one.asked) == (5, [])
    assert client.chat.completions.create(**ASK).choices[0].message.content == "Done."


def test_a_failure_stays_a_failure() -> None:
    dialect = dialect_named("openai_chat")
    session = Session("s", clock=VirtualClock())
    session.boundary.rooms = (Injector(Schedule.parse("cold_start@model"), session),)
    refusal = HttpReply(status=500)
    request = HttpRequest(method="POST", target=dialect.standard_path, body=b"{}")
    call = Call(kind=Kind.MODEL, name="m", request=request, dialect="openai_chat")
    assert session.boundary.call(call, lambda _: refusal).value == refusal
