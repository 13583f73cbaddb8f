from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.dialects import dialect_for
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ModelSettings
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.errors import ConfigError
from agentprobe.kernel.session import Session
from agentprobe.sim.engine import SimulatedModel
from agentprobe.sim.policy import Option, Policy, call, say
from agentprobe.sim.script import Script

COINS = Script([say("heads", weight=2), say("tails")])
WORDS = Script([say(word) for word in ("one", "two", "three", "four", "five", "six", "seven", "eight")])


def asking(text: str = "Toss.", **settings: Any) -> ModelRequest:
    return ModelRequest(
        model="m-1", messages=(Message(role="user", text=text),), settings=ModelSettings(**settings)
    )


def chat(text: str = "hi", **fields: Any) -> HttpRequest:
    body = {"model": "m-1", "messages": [{"role": "user", "content": text}], **fields}
    return HttpRequest(method="POST", target="/v1/chat/completions", body=json.dumps(body).encode())


def messages(text: str = "hi", **fields: Any) -> HttpRequest:
    body = {"model": "c-1", "max_tokens": 100, "messages": [{"role": "user", "content": text}], **fields}
    return HttpRequest(method="POST", target="/v1/messages", body=json.dumps(body).encode())


def texts(model: SimulatedModel, request: ModelRequest, times: int = 12) -> list[str]:
    return [model.answer(request).text for _ in range(times)]


def read(reply: HttpReply, http: HttpRequest) -> ModelAnswer:
    dialect = dialect_for(http.method, http.target)
    assert dialect is not None
    return dialect.read_answer(reply)


def test_temperature_zero_always_gives_the_heaviest_whatever_the_seed() -> None:
    for seed in range(10):
        assert set(texts(SimulatedModel(COINS, seed=seed), asking(temperature=0))) == {"heads"}


@pytest.mark.parametrize("temperature", [0.7, 1.0, None])
def test_above_zero_answers_vary_and_the_seed_brings_them_back(temperature: float | None) -> None:
    request = asking(temperature=temperature)
    first = texts(SimulatedModel(WORDS, seed=1), request)
    assert len(set(first)) > 1
    assert texts(SimulatedModel(WORDS, seed=1), request) == first
    assert texts(SimulatedModel(WORDS, seed=2), request) != first


def test_a_request_may_bring_a_seed_of_its_own() -> None:
    answers = {texts(SimulatedModel(WORDS), asking(seed=seed), 1)[0] for seed in range(20)}
    assert len(answers) > 3


def test_other_requests_in_between_change_nothing() -> None:
    calm, busy = SimulatedModel(WORDS, seed=3), SimulatedModel(WORDS, seed=3)
    expected = texts(calm, asking("a"), 5)
    seen = []
    for at in range(5):
        busy.answer(asking(f"noise {at}"))
        seen.append(busy.answer(asking("a")).text)
    assert seen == expected


@given(st.lists(st.text(max_size=5), max_size=20), st.integers())
def test_threads_get_what_one_caller_after_the_other_gets(prompts: list[str], seed: int) -> None:
    alone, shared = SimulatedModel(WORDS, seed=seed), SimulatedModel(WORDS, seed=seed)
    expected = sorted((prompt, alone.answer(asking(prompt)).text) for prompt in prompts)
    with ThreadPoolExecutor(4) as threads:
        answers = threads.map(lambda prompt: (prompt, shared.answer(asking(prompt)).text), prompts)
        assert sorted(answers) == expected


def test_streaming_a_request_does_not_change_its_answer() -> None:
    whole, streamed = SimulatedModel(WORDS, seed=5), SimulatedModel(WORDS, seed=5)
    assert whole.answer(asking()) == streamed.answer(replace(asking(), stream=True))


def test_every_answer_and_every_call_has_an_id_of_its_own() -> None:
    model = SimulatedModel(Script(call(("look", {}), ("look", {}))))
    ids = [wish.id for _ in range(3) for wish in model.answer(asking()).tool_calls]
    assert len(set(ids)) == 6
    assert len({model.answer(asking()).id for _ in range(3)}) == 3


def test_an_answer_names_its_model_and_estimates_its_tokens() -> None:
    answer = SimulatedModel(Script(say("12345"))).answer(asking("123456789"))
    assert (answer.model, answer.finish) == ("m-1", Finish.STOP)
    assert answer.usage is not None
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (3, 2)


def test_the_token_limit_of_the_request_is_obeyed() -> None:
    answer = SimulatedModel(Script(say("a long answer"))).answer(asking(max_tokens=1))
    assert (answer.text, answer.finish) == ("a lo", Finish.LENGTH)


@pytest.mark.parametrize("http", [chat(), chat(stream=True), messages(), messages(stream=True)])
def test_a_model_call_is_answered_in_its_own_dialect(http: HttpRequest) -> None:
    head, *chunks = SimulatedModel(Script(say("It rains."))).pieces(http)
    assert isinstance(head, HttpReply)
    assert head.status == 200
    assert head.header("x-agentprobe-simulated") == "true"
    assert head.chunks == ()
    answer = read(head.with_chunks(chunk for chunk in chunks if isinstance(chunk, Chunk)), http)
    assert (answer.text, answer.complete, answer.error) == ("It rains.", True, None)


def test_pieces_walk_a_corridor() -> None:
    model, http = SimulatedModel(Script(say("It rains."))), chat(stream=True)
    asked = Call(kind=Kind.MODEL, name="m-1", request=http, dialect="openai_chat")
    head, *chunks = Session("s").boundary.stream(asked, lambda crossed: model.pieces(crossed.request))
    assert isinstance(head, HttpReply)
    assert b"".join(c.data for c in chunks if isinstance(c, Chunk)).endswith(b"data: [DONE]\n\n")


def test_chunks_come_at_the_pace_of_the_tokens() -> None:
    model = SimulatedModel(Script(say("word " * 40)), token_rate=10, first_token=2.0)
    moments = [chunk.seconds for chunk in model.reply(chat(stream=True)).chunks]
    assert moments[0] == 2.0
    assert moments[-1] == pytest.approx(2.0 + 50 / 10)
    assert moments == sorted(moments)
    assert len(set(moments)) == len(moments)


def test_an_answer_that_comes_whole_comes_when_its_last_token_is_written() -> None:
    model = SimulatedModel(Script(say("word " * 40)), token_rate=10, first_token=2.0)
    assert [chunk.seconds for chunk in model.reply(chat()).chunks] == [pytest.approx(7.0)]


def test_without_a_pace_everything_comes_at_once() -> None:
    assert {c.seconds for c in SimulatedModel(COINS).reply(chat(stream=True)).chunks} == {0.0}


@pytest.mark.parametrize("pace", [{"token_rate": 0.0}, {"token_rate": -1.0}, {"first_token": -0.1}])
def test_an_impossible_pace_is_refused(pace: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"(must be above|cannot be below) 0"):
        SimulatedModel(COINS, **pace)


@pytest.mark.parametrize("target", ["/v1/chat/completions", "/v1/messages"])
def test_a_request_that_cannot_be_read_is_refused_in_the_providers_words(target: str) -> None:
    http = HttpRequest(method="POST", target=target, body=b'{"model": 3')
    reply = SimulatedModel(COINS).reply(http)
    answer = read(reply, http)
    assert reply.status == 400
    assert answer.error is not None
    assert answer.error.type == "invalid_request_error"


class Broken(Policy):
    def options(self, request: ModelRequest) -> Sequence[Option]:
        raise KeyError("no such customer")


class Silent(Policy):
    def options(self, request: ModelRequest) -> Sequence[Option]:
        return []


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (Broken(), "KeyError: 'no such customer' (test_engine.py, line"),
        (Silent(), "Silent offers no option"),
    ],
)
def test_a_policy_that_fails_is_told_to_the_agent_and_kept(policy: Policy, message: str) -> None:
    model = SimulatedModel(policy)
    reply = model.reply(chat())
    error = read(reply, chat()).error
    assert reply.status == 400  # which no SDK tries again
    assert error is not None
    assert message in error.message
    assert model.failure is not None


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/v1/models", 200),
        ("GET", "/v1/models?limit=5", 200),
        ("GET", "/v1/models/gpt-5", 200),
        ("HEAD", "/", 200),
        ("POST", "/v1/embeddings", 404),
        ("POST", "/v1/messages/count_tokens", 404),
        ("GET", "/v1/chat/completions", 404),
    ],
)
def test_other_paths_of_a_provider_are_answered_politely(method: str, target: str, status: int) -> None:
    reply = SimulatedModel(COINS).reply(HttpRequest(method=method, target=target))
    assert reply.status == status
    assert reply.header("content-type") == "application/json"
    assert reply.header("x-agentprobe-simulated") == "true"
    assert json.loads(reply.body)


def test_a_model_forgets_the_oldest_requests_and_not_the_newest() -> None:
    model = SimulatedModel(WORDS, seed=1)
    model.remembered = 2
    first = texts(model, asking("a"), 3)
    for prompt in ("b", "c"):
        model.answer(asking(prompt))
    assert texts(model, asking("a"), 3) == first
