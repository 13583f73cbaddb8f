"""Model calls of the real SDKs, sync and async, streamed and whole, through the hook to a scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anthropic
import httpx
import httpx2
import openai
import pytest

from agentprobe.adapters import http_hook
from agentprobe.adapters.active import Active, Answer
from agentprobe.adapters.orders import Orders
from agentprobe.domain.call import LEFT, Call, Effect, Kind, Outcome
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import AgentStopped, BudgetSpent, CutOff, RateLimited, Refused, ServerError, TimedOut
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Interceptor, Passage
from agentprobe.kernel.session import MakeRoom

if TYPE_CHECKING:
    from tests.adapters.conftest import Notes, Script, Wire

MESSAGES: Any = [{"role": "user", "content": "hello"}]
Ask = Callable[..., str]
"""Puts one question with a real SDK and gives the answer's text."""


def opened(answer: Answer | None, *rooms: Interceptor, simulated: bool = True) -> Active:
    def given(room: Interceptor) -> MakeRoom:
        return lambda _: room

    http_hook.install()
    return Orders(id="t", simulated=simulated).open(answer, rooms=map(given, rooms))


def ask_openai(*, stream: bool, client: Any = None, **options: Any) -> str:
    client = client or openai.OpenAI(**options)
    answer = client.chat.completions.create(model="gpt-x", messages=MESSAGES, stream=stream)
    if not stream:
        return str(answer.choices[0].message.content)
    return "".join(chunk.choices[0].delta.content or "" for chunk in answer)


def ask_openai_async(*, stream: bool, **options: Any) -> str:
    async def ask() -> str:
        async with openai.AsyncOpenAI(**options) as client:
            if not stream:
                answer = await client.chat.completions.create(model="gpt-x", messages=MESSAGES)
                return str(answer.choices[0].message.content)
            chunks = await client.chat.completions.create(model="gpt-x", messages=MESSAGES, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

    return asyncio.run(ask())


def ask_anthropic(*, stream: bool, **options: Any) -> str:
    client = anthropic.Anthropic(**options)
    if not stream:
        answer: Any = client.messages.create(model="claude-x", messages=MESSAGES, max_tokens=9)
        return str(answer.content[0].text)
    with client.messages.stream(model="claude-x", messages=MESSAGES, max_tokens=9) as chunks:
        return "".join(chunks.text_stream)


def ask_anthropic_async(*, stream: bool, **options: Any) -> str:
    async def ask() -> str:
        async with anthropic.AsyncAnthropic(**options) as client:
            if not stream:
                answer: Any = await client.messages.create(model="claude-x", messages=MESSAGES, max_tokens=9)
                return str(answer.content[0].text)
            async with client.messages.stream(model="claude-x", messages=MESSAGES, max_tokens=9) as chunks:
                return "".join([text async for text in chunks.text_stream])

    return asyncio.run(ask())


OPENAI = [ask_openai, ask_openai_async]
ANTHROPIC = [ask_anthropic, ask_anthropic_async]
ALL = [*OPENAI, *ANTHROPIC]


def reply_for(ask: Ask, wire: Wire, *, stream: bool) -> HttpReply:
    if ask in OPENAI:
        return wire.openai_stream("hel", "lo") if stream else wire.openai("hello")
    return wire.anthropic_stream("hel", "lo") if stream else wire.anthropic("hello")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("ask", ALL)
def test_a_model_call_of_each_sdk_walks_the_corridor_and_is_answered(
    ask: Ask, stream: bool, wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    model = script(reply_for(ask, wire, stream=stream))
    with opened(model, notes):
        assert ask(stream=stream) == "hello"
    (call,) = notes.calls
    assert (call.kind, call.effect, call.nth) == (Kind.MODEL, Effect.READ, 1)
    assert call.name == ("gpt-x" if ask in OPENAI else "claude-x")
    assert call.dialect == ("openai_chat" if ask in OPENAI else "anthropic_messages")
    assert call.request.patience == 600
    assert b'"hello"' in call.request.body
    (outcome,) = notes.outcomes
    assert outcome is not None
    assert outcome.ok
    assert outcome.value.body == reply_for(ask, wire, stream=stream).body
    assert model.closed == 1


@pytest.mark.parametrize("stream", [False, True])
def test_the_older_httpx_is_hooked_too(
    stream: bool, wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    with opened(script(reply_for(ask_openai, wire, stream=stream)), notes):
        client: Any = httpx.Client()
        with client:
            assert ask_openai(stream=stream, client=openai.OpenAI(http_client=client)) == "hello"
    assert len(notes.calls) == 1


@pytest.mark.parametrize("ask", ALL)
def test_the_sdk_itself_repeats_a_rate_limited_call_and_both_attempts_walk_the_corridor(
    ask: Ask, wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    limited = wire.failure(429, ("retry-after-ms", "1"))
    with opened(script(limited, reply_for(ask, wire, stream=False)), notes):
        assert ask(stream=False) == "hello"
    statuses = [outcome.value.status for outcome in notes.outcomes if outcome is not None]
    assert statuses == [429, 200]
    assert [call.request.header("x-stainless-retry-count") for call in notes.calls] == ["0", "1"]


@pytest.mark.parametrize("ask", ALL)
def test_a_server_that_stays_broken_reaches_the_agent_as_its_sdk_says_it(
    ask: Ask, wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    expected = openai.InternalServerError if ask in OPENAI else anthropic.InternalServerError
    with opened(script(wire.failure(500, ("retry-after-ms", "1"))), notes), pytest.raises(expected):
        ask(stream=False)
    assert len(notes.calls) == 3


class Fails:
    """A room that answers each call with the same failure."""

    place = Place.INJECT

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def intercept(self, call: Call) -> Passage:
        if call.held:  # never: what makes this a generator
            yield call
        return Outcome(error=self.error)


@pytest.mark.parametrize("ask", ALL)
@pytest.mark.parametrize(
    ("failure", "name"),
    [
        (TimedOut(600), "APITimeoutError"),
        (CutOff("gone"), "APIConnectionError"),
        (Refused("no"), "APIConnectionError"),
        (RateLimited(1.0), "RateLimitError"),
        (ServerError(500), "InternalServerError"),
    ],
)
def test_a_failure_that_a_room_makes_up_takes_the_sdks_own_form(
    ask: Ask, failure: Exception, name: str, script: Callable[..., Script], wire: Wire
) -> None:
    model = script(wire.openai("never"))
    expected = getattr(openai if ask in OPENAI else anthropic, name)
    with opened(model, Fails(failure)), pytest.raises(expected) as caught:
        ask(stream=False, max_retries=0)
    assert type(caught.value) is expected
    assert model.asked == []


@pytest.mark.parametrize("ask", ALL)
def test_a_stream_that_breaks_off_reaches_the_agent_as_a_broken_connection(
    ask: Ask, wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    whole = reply_for(ask, wire, stream=True)
    broken = whole.with_chunks(whole.chunks[:2]), CutOff("gone")
    expected = openai.APIConnectionError if ask in OPENAI else httpx2.RemoteProtocolError
    with opened(script(broken), notes), pytest.raises(expected):
        ask(stream=True)
    (outcome,) = notes.outcomes
    assert outcome is not None
    assert isinstance(outcome.error, CutOff)
    assert len(outcome.value.chunks) == 2


def test_a_stream_that_falls_silent_times_out(wire: Wire, script: Callable[..., Script]) -> None:
    whole = wire.openai_stream("hel", "lo")
    silent = whole.with_chunks(whole.chunks[:2]), TimedOut(600)
    with opened(script(silent)), pytest.raises(openai.APITimeoutError):
        ask_openai(stream=True)


def test_closing_a_stream_early_is_no_error_and_closes_the_corridor(
    wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    model = script(wire.openai_stream("a", "b", "c"))
    with opened(model, notes):
        with openai.OpenAI().chat.completions.create(model="m", messages=MESSAGES, stream=True) as chunks:
            next(iter(chunks))
            assert (model.closed, notes.outcomes) == (0, [])
        assert model.closed == 1
    (outcome,) = notes.outcomes
    assert outcome is not None
    assert outcome.marks == (LEFT,)
    assert len(outcome.value.chunks) == 1


def test_an_async_stream_closed_early_closes_the_corridor(
    wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    model = script(wire.openai_stream("a", "b", "c"))

    async def leave_early() -> None:
        async with openai.AsyncOpenAI() as client:
            chunks = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
            await anext(aiter(chunks))
            await chunks.close()

    with opened(model, notes):
        asyncio.run(leave_early())
    assert model.closed == 1
    (outcome,) = notes.outcomes
    assert outcome is not None
    assert outcome.marks == (LEFT,)


@pytest.mark.parametrize("ask", ALL)
def test_a_stop_passes_through_the_sdk_at_once_and_for_good(
    ask: Ask, wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    model = script(wire.openai("never"))
    with opened(model, notes, Fails(BudgetSpent("10 calls are used up"))):
        for _ in range(2):
            with pytest.raises(BudgetSpent, match="used up"):
                ask(stream=False)
    assert len(notes.calls) == 2
    assert model.asked == []


class Breaks:
    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        yield call
        raise KeyError("bug")


@pytest.mark.parametrize("ask", ALL)
def test_a_bug_in_a_room_is_loud_and_not_retried(ask: Ask, wire: Wire, script: Callable[..., Script]) -> None:
    model = script(reply_for(ask, wire, stream=False))
    with opened(model, Breaks()), pytest.raises(AgentStopped, match="KeyError: 'bug'"):
        ask(stream=False)
    assert len(model.asked) == 1


@pytest.mark.parametrize("ask", ALL)
def test_a_bug_in_the_simulated_model_is_loud_and_named(
    ask: Ask, wire: Wire, script: Callable[..., Script]
) -> None:
    model = script(KeyError("no such turn"))
    with opened(model), pytest.raises(AgentStopped, match="the simulated model broke: KeyError"):
        ask(stream=False)
    assert len(model.asked) == 1


@pytest.mark.parametrize("ask", ALL)
def test_a_simulated_session_without_a_model_sends_nothing(ask: Ask) -> None:
    with opened(None), pytest.raises(AgentStopped, match="given no simulated model"):
        ask(stream=False)


def test_what_no_dialect_knows_is_not_sent_to_a_provider_while_simulated(
    wire: Wire, script: Callable[..., Script]
) -> None:
    client = openai.OpenAI(max_retries=0)
    with opened(script(wire.openai("never"))), pytest.raises(openai.APIConnectionError) as caught:
        client.embeddings.create(model="e", input="x")
    assert "nothing is sent to api.openai.com" in str(caught.value.__cause__)


def direct(reply: bytes = b"direct") -> httpx2.Client:
    return httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, content=reply)))


def test_requests_that_are_no_model_calls_go_their_own_way(
    script: Callable[..., Script], wire: Wire, notes: Notes
) -> None:
    with opened(script(wire.openai("never")), notes), direct() as client:
        assert client.get("http://desk.test/orders").content == b"direct"
        assert client.post("http://desk.test/orders", json={}).content == b"direct"
    assert notes.calls == []


def test_outside_a_session_the_clients_do_what_they_always_did() -> None:
    http_hook.install()
    with direct() as client:
        assert client.post("http://x.test/v1/chat/completions", json={}).content == b"direct"


def test_a_closed_client_stays_closed(script: Callable[..., Script], wire: Wire) -> None:
    client = httpx2.Client()
    client.close()
    with opened(script(wire.openai("never"))), pytest.raises(RuntimeError, match="closed"):
        client.post("http://x.test/v1/chat/completions", json={})


def test_installing_twice_and_uninstalling_leaves_the_libraries_as_they_were() -> None:
    before = [httpx.Client.send, httpx.AsyncClient.send, httpx2.Client.send, httpx2.AsyncClient.send]
    http_hook.install()
    http_hook.install()
    assert httpx2.Client.send is not before[2]
    http_hook.uninstall()
    after = [httpx.Client.send, httpx.AsyncClient.send, httpx2.Client.send, httpx2.AsyncClient.send]
    assert after == before


class Rewrites:
    """Asks the world something else than the agent did."""

    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        request = replace(call.request, body=b'{"model": "other"}', target="/v1/chat/completions?x=1")
        return (yield replace(call, request=request))


def test_the_world_is_asked_what_the_rooms_made_of_the_request() -> None:
    seen: list[httpx2.Request] = []

    def world(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, content=b"{}")

    with (
        opened(None, Rewrites(), simulated=False),
        httpx2.Client(transport=httpx2.MockTransport(world)) as client,
    ):
        client.post("http://x.test/v1/chat/completions", json={"model": "mine", "more": "words"})
    (request,) = seen
    assert request.content == b'{"model": "other"}'
    assert request.headers["content-length"] == "18"
    assert str(request.url) == "http://x.test/v1/chat/completions?x=1"


class Chunks(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that can be uploaded piece by piece."""

    def __iter__(self) -> Iterator[bytes]:
        yield b'{"model": '
        yield b'"streamed"}'

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for data in self:
            yield data


def test_a_body_that_is_uploaded_in_pieces_is_read_and_sent_whole(
    wire: Wire, script: Callable[..., Script], notes: Notes
) -> None:
    request = httpx2.Request("POST", "http://x.test/v1/chat/completions", stream=Chunks())
    with opened(script(wire.openai("hello")), notes), httpx2.Client(timeout=7) as client:
        client.send(request)
    assert notes.calls[0].name == "streamed"
    assert notes.calls[0].request.patience == 7


def test_a_response_tells_its_request_its_time_and_its_protocol(
    wire: Wire, script: Callable[..., Script]
) -> None:
    for library in (httpx, httpx2):
        client: Any = library.Client()
        with opened(script(wire.openai("hello"))), client:
            response = client.post("http://x.test/v1/chat/completions", json={})
        assert response.elapsed.total_seconds() >= 0
        assert response.request.url.path == "/v1/chat/completions"
        assert response.http_version == "HTTP/1.1"
        assert response.is_closed
        assert response.json()["id"] == "chatcmpl-1"
