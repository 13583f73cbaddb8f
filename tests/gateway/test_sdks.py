"""The providers' own SDKs, behind the gateway: they notice nothing, until the house wants them to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anthropic
import openai
import pytest

from agentprobe.adapters.active import Active
from agentprobe.adapters.orders import Orders
from agentprobe.dialects import dialect_for
from agentprobe.domain.model import ModelAnswer, Usage
from agentprobe.domain.wire import HttpReply, HttpRequest, Piece
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider, Seen, Wire

    from agentprobe.gateway.background import BackgroundGateway

TEXT = "Seventeen, as far as the records say."
ASKED: Any = [{"role": "user", "content": "How many?"}]


def reply_to(request: HttpRequest) -> HttpReply:
    """The same text for every request of every dialect."""
    dialect = dialect_for(request.method, request.target)
    assert dialect is not None
    asked = dialect.read_request(request.body)
    usage = Usage(input_tokens=3, output_tokens=9)
    answer = ModelAnswer(id="answer-1", model=asked.model, text=TEXT, usage=usage)
    return dialect.write_answer(answer, asked)


def model(request: HttpRequest) -> Generator[Piece, None, None]:
    """A model in this process."""
    reply = reply_to(request)
    yield reply.head
    yield from reply.chunks


async def on_the_wire(seen: Seen, wire: Wire) -> None:
    """The same model as a provider on the network."""
    method, target, _ = seen.line.split(" ")
    reply = reply_to(HttpRequest(method=method, target=target, body=seen.body))
    kept = (header for header in reply.headers if header[0].lower() != "content-length")
    lines = [f"HTTP/1.1 {reply.status} OK", "Transfer-Encoding: chunked", *map(": ".join, kept)]
    await wire.send("\r\n".join([*lines, "", ""]).encode())
    for chunk in reply.chunks:
        await wire.send(b"%x\r\n%b\r\n" % (len(chunk.data), chunk.data))
    await wire.send(b"0\r\n\r\n")


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Active]:
    def open_orders(schedule: str = "", **options: Any) -> Active:
        orders = Orders(id="test", trace=tmp_path / "trace.jsonl", schedule=schedule, seed=3)
        return orders.open(**options)

    return open_orders


def openai_says(url: str, *, stream: bool, retries: int = 0) -> str:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=retries, timeout=10) as client:
        if not stream:
            done = client.chat.completions.create(model="gpt-test", messages=ASKED)
            return done.choices[0].message.content or ""
        events = client.chat.completions.create(model="gpt-test", messages=ASKED, stream=True)
        return "".join(e.choices[0].delta.content or "" for e in events if e.choices)


async def openai_says_async(url: str, *, stream: bool) -> str:
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0) as client:
        if not stream:
            done = await client.chat.completions.create(model="gpt-test", messages=ASKED)
            return done.choices[0].message.content or ""
        events = await client.chat.completions.create(model="gpt-test", messages=ASKED, stream=True)
        return "".join([e.choices[0].delta.content or "" async for e in events if e.choices])


def anthropic_says(url: str, *, stream: bool) -> str:
    with anthropic.Anthropic(base_url=url, api_key="k", max_retries=0) as client:
        if not stream:
            done = client.messages.create(model="claude-test", max_tokens=99, messages=ASKED)
            return "".join(getattr(block, "text", "") for block in done.content)
        with client.messages.stream(model="claude-test", max_tokens=99, messages=ASKED) as events:
            return "".join(events.text_stream)


async def anthropic_says_async(url: str, *, stream: bool) -> str:
    async with anthropic.AsyncAnthropic(base_url=url, api_key="k", max_retries=0) as client:
        if not stream:
            done = await client.messages.create(model="claude-test", max_tokens=99, messages=ASKED)
            return "".join(getattr(block, "text", "") for block in done.content)
        async with client.messages.stream(model="claude-test", max_tokens=99, messages=ASKED) as events:
            return "".join([text async for text in events.text_stream])


SAYING: list[Callable[..., Any]] = [openai_says, openai_says_async, anthropic_says, anthropic_says_async]


@pytest.mark.parametrize("simulated", [False, True])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("says", SAYING)
def test_an_sdk_gets_its_answer_and_the_trace_keeps_it(
    gateway: BackgroundGateway,
    provider: Provider,
    opened: Callable[..., Active],
    says: Callable[..., Any],
    stream: bool,
    simulated: bool,
) -> None:
    provider.script = on_the_wire
    active = opened(answer=model if simulated else None)
    url = gateway.open_session(active, {"openai": provider.url, "anthropic": provider.url})
    said = says(url, stream=stream)
    assert (asyncio.run(said) if asyncio.iscoroutine(said) else said) == TEXT
    gateway.close_session(url)
    active.close()
    trace = read_trace(active.orders.trace or Path())
    (call,) = trace.model_calls
    assert call.answer is not None
    assert call.answer.text == TEXT
    assert call.status == 200
    assert not call.left
    assert not call.truncated
    assert bool(provider.seen) is not simulated


def test_the_sdk_retries_by_itself_when_the_house_says_wait(
    gateway: BackgroundGateway, opened: Callable[..., Active]
) -> None:
    active = opened("rate_limited(retry_after=0.01)@model:1", answer=model)
    url = gateway.open_session(active)
    assert openai_says(url, stream=False, retries=2) == TEXT
    gateway.close_session(url)
    active.close()
    trace = read_trace(active.orders.trace or Path())
    assert [call.status for call in trace.model_calls] == [429, 200]
    assert len(trace.logical_calls) == 1


def test_a_stream_that_is_cut_reaches_the_sdk_as_a_broken_connection(
    gateway: BackgroundGateway, opened: Callable[..., Active]
) -> None:
    active = opened("cut_stream@model", answer=model)
    url = gateway.open_session(active)
    with pytest.raises(openai.APIConnectionError):
        openai_says(url, stream=True)
    with pytest.raises(Exception, match="peer closed connection"):
        anthropic_says(url, stream=True)
    assert active.injector is not None
    assert len(active.injector.receipts) == 2


def test_a_world_that_hangs_is_met_by_the_agents_own_timeout(
    gateway: BackgroundGateway, opened: Callable[..., Active]
) -> None:
    active = opened("hang@model", answer=model)
    url = gateway.open_session(active)
    with (
        openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0, timeout=0.2) as client,
        pytest.raises(openai.APITimeoutError),
    ):
        client.chat.completions.create(model="gpt-test", messages=ASKED)


@pytest.mark.parametrize("says", [openai_says, anthropic_says])
def test_a_broken_server_is_the_sdks_own_error(
    gateway: BackgroundGateway, opened: Callable[..., Active], says: Callable[..., Any]
) -> None:
    url = gateway.open_session(opened("server_error(status=500)@model", answer=model))
    with pytest.raises((openai.InternalServerError, anthropic.InternalServerError)):
        says(url, stream=False)


def test_a_simulated_session_without_a_model_never_reaches_the_network(
    gateway: BackgroundGateway, provider: Provider
) -> None:
    provider.script = on_the_wire
    url = gateway.open_session(Orders(id="t", simulated=True).open(), {"openai": provider.url})
    with pytest.raises(openai.InternalServerError, match="neither a provider nor a simulated model"):
        openai_says(url, stream=False)
    assert provider.seen == []


def test_a_hundred_agents_share_one_gateway(
    gateway: BackgroundGateway, provider: Provider, opened: Callable[..., Active]
) -> None:
    provider.script = on_the_wire
    active = opened()
    url = gateway.open_session(active, {"openai": provider.url})

    async def all_of_them() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0) as client:

            async def one(stream: bool) -> str:
                if not stream:
                    done = await client.chat.completions.create(model="gpt-test", messages=ASKED)
                    return done.choices[0].message.content or ""
                events = await client.chat.completions.create(model="gpt-test", messages=ASKED, stream=True)
                return "".join([e.choices[0].delta.content or "" async for e in events if e.choices])

            return await asyncio.gather(*(one(number % 2 == 0) for number in range(100)))

    assert asyncio.run(all_of_them()) == [TEXT] * 100
    gateway.close_session(url)
    active.close()
    trace = read_trace(active.orders.trace or Path())
    assert len(trace.model_calls) == 100
    assert not any(call.left or call.truncated or call.failed for call in trace.model_calls)


def test_two_sessions_of_one_gateway_do_not_mix(
    gateway: BackgroundGateway, provider: Provider, tmp_path: Path
) -> None:
    provider.script = on_the_wire
    traces = []
    for name in ("one", "two"):
        active = Orders(id=name, trace=tmp_path / name).open()
        url = gateway.open_session(active, {"openai": provider.url})
        openai_says(url, stream=False)
        gateway.close_session(url)
        active.close()
        traces.append(read_trace(tmp_path / name))
    assert [trace.header.session for trace in traces] == ["one", "two"]
    assert [len(trace.model_calls) for trace in traces] == [1, 1]


def test_what_is_no_model_call_passes_and_is_not_recorded(
    gateway: BackgroundGateway, provider: Provider, opened: Callable[..., Active]
) -> None:
    models = json.dumps({"object": "list", "data": [{"id": "m", "object": "model"}]}).encode()
    provider.says(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (len(models), models)
    )
    active = opened()
    url = gateway.open_session(active, {"openai": provider.url})
    with openai.OpenAI(base_url=f"{url}/v1", api_key="k") as client:
        assert [one.id for one in client.models.list()] == ["m"]
    gateway.close_session(url)
    active.close()
    assert read_trace(active.orders.trace or Path()).calls == ()


def test_side_calls_find_the_provider_that_their_headers_speak_of(
    gateway: BackgroundGateway, provider: Provider, opened: Callable[..., Active]
) -> None:
    provider.says(
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{"input_tokens": 3}'
    )
    url = gateway.open_session(opened(), {"openai": "http://127.0.0.1:1", "anthropic": provider.url})
    with anthropic.Anthropic(base_url=url, api_key="k", max_retries=0) as client:
        assert client.messages.count_tokens(model="claude-test", messages=ASKED).input_tokens == 3
