"""aiohttp's real client against a real server on loopback, with and without the corridor between them."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import httpx2
import pytest
from aiohttp import web

import agentprobe
from agentprobe.adapters import aiohttp_hook, watch
from agentprobe.adapters.session import session
from agentprobe.trace.read import read_trace

if TYPE_CHECKING:
    from tests.adapters.conftest import Script, Wire

PATH = "/v1/chat/completions"
ASK = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
EVENTS = [
    b'data: {"id": "c", "choices": [{"index": 0, "delta": {"content": "%d"}}]}\n\n' % n for n in range(5)
]
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def unhooked() -> Iterator[None]:
    yield
    aiohttp_hook.detach()
    from agentprobe.adapters import startup

    for watcher in startup._watchers:
        watcher.stop()


@asynccontextmanager
async def serving(handle: Handle) -> AsyncIterator[str]:
    """A server with this answer to everything; gives the URL of its model."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def says_hello(request: web.Request) -> web.StreamResponse:
    body = json.dumps({"id": "c", "model": "m", "choices": [], "asked": await request.text()}).encode()
    response = web.Response(body=gzip.compress(body), content_type="application/json")
    response.headers["Content-Encoding"] = "gzip"
    response.set_cookie("known", "yes")
    return response


async def streams(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for event in EVENTS:
        await response.write(event)
        await asyncio.sleep(0)
    return response


async def asked(url: str) -> tuple[object, ...]:
    """All that a client can see of an answer."""
    async with aiohttp.ClientSession() as client, client.post(url + PATH, json=ASK) as reply:
        body = await reply.read()
        cookies = [cookie.value for cookie in client.cookie_jar]
        headers = [(name, value) for name, value in reply.headers.items() if name != "Date"]
        return reply.status, reply.reason, headers, body, cookies, str(reply.url), reply.version


@pytest.mark.parametrize("handle", [says_hello, streams])
def test_a_client_sees_the_same_with_and_without_the_corridor(handle: Handle, tmp_path: Path) -> None:
    async def both() -> None:
        async with serving(handle) as url:
            bare = await asked(url)
            with session(trace=tmp_path / "t.jsonl"):
                assert await asked(url) == bare

    asyncio.run(both())
    (call,) = read_trace(tmp_path / "t.jsonl").model_calls
    assert (call.name, call.status) == ("m", 200)
    assert call.outcome is not None
    assert call.outcome.body is not None


def test_a_stream_is_passed_on_event_by_event(tmp_path: Path) -> None:
    """The server sends the next event only when the client has the last: what gathers them would hang."""

    async def lockstep() -> None:
        had = asyncio.Event()

        async def one_by_one(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await response.prepare(request)
            for event in EVENTS:
                await response.write(event)
                await had.wait()
                had.clear()
            return response

        async with serving(one_by_one) as url, asyncio.timeout(30):
            with session(trace=tmp_path / "t.jsonl"):
                async with aiohttp.ClientSession() as client, client.post(url + PATH, json=ASK) as reply:
                    came = []
                    async for line in reply.content:
                        if line.strip():
                            came.append(line.strip())
                            had.set()
        assert came == [event.strip() for event in EVENTS]

    asyncio.run(lockstep())
    (call,) = read_trace(tmp_path / "t.jsonl").model_calls
    assert call.outcome is not None
    assert len(call.outcome.chunks) == len(EVENTS)


@pytest.mark.parametrize(
    ("schedule", "status"), [("rate_limited(retry_after=7)@model:1", 429), ("server_error@model:1", 500)]
)
def test_a_fault_is_a_reply_with_the_providers_own_bytes(schedule: str, status: int) -> None:
    async def ask() -> aiohttp.ClientResponse:
        async with (
            serving(says_hello) as url,
            aiohttp.ClientSession() as client,
            client.post(url + PATH, json=ASK) as reply,
        ):
            assert "error" in await reply.json()
            async with client.post(url + PATH, json=ASK) as again:
                assert again.status == 200
            return reply

    with session(schedule=schedule):
        reply = asyncio.run(ask())
    assert reply.status == status
    if status == 429:
        assert reply.headers["retry-after"] == "7"


def test_raise_for_status_works_on_a_fault_as_on_any_reply() -> None:
    async def ask() -> None:
        async with serving(says_hello) as url, aiohttp.ClientSession(raise_for_status=True) as client:
            await client.post(url + PATH, json=ASK)

    with session(schedule="rate_limited@model:1"), pytest.raises(aiohttp.ClientResponseError) as raised:
        asyncio.run(ask())
    assert raised.value.status == 429


def test_a_stream_that_is_cut_breaks_in_the_clients_own_words(tmp_path: Path) -> None:
    async def ask() -> None:
        async with (
            serving(streams) as url,
            aiohttp.ClientSession() as client,
            client.post(url + PATH, json=ASK) as reply,
        ):
            await reply.read()

    with (
        session(schedule="cut_stream@model:1", trace=tmp_path / "t.jsonl"),
        pytest.raises(aiohttp.ClientPayloadError),
    ):
        asyncio.run(ask())


def test_a_real_connection_that_breaks_gives_the_real_error(tmp_path: Path) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(EVENTS[0])
        assert request.transport is not None
        request.transport.abort()
        return response

    async def ask() -> type[BaseException]:
        async with serving(breaks) as url, aiohttp.ClientSession() as client:
            try:
                async with client.post(url + PATH, json=ASK) as reply:
                    await reply.read()
            except aiohttp.ClientError as error:
                return type(error)
        raise AssertionError("nothing broke")

    bare = asyncio.run(ask())
    with session(trace=tmp_path / "t.jsonl"):
        assert asyncio.run(ask()) is bare
    (call,) = read_trace(tmp_path / "t.jsonl").model_calls
    assert call.failed


def test_a_hang_costs_no_time_on_the_virtual_clock(wire: Wire, script: Callable[..., Script]) -> None:
    async def ask() -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=600)) as client:
            await client.post("https://api.openai.com" + PATH, json=ASK)

    with session(schedule="hang@model:1", virtual=True, model=script(wire.openai("hi"))) as active:
        before = active.session.clock.now()
        with pytest.raises(aiohttp.SocketTimeoutError):
            active.run(ask())
        assert active.session.clock.now() - before >= 600


def test_a_model_in_this_process_answers_without_a_socket(wire: Wire, script: Callable[..., Script]) -> None:
    async def ask() -> object:
        async with (
            aiohttp.ClientSession() as client,
            client.post("https://api.openai.com" + PATH, json=ASK) as reply,
        ):
            return (await reply.json())["choices"][0]["message"]["content"]

    with session(model=script(wire.openai("hello"))):
        assert asyncio.run(ask()) == "hello"


def test_a_provider_is_out_of_reach_for_what_is_no_model_call(
    wire: Wire, script: Callable[..., Script]
) -> None:
    async def ask() -> None:
        async with aiohttp.ClientSession() as client:
            await client.get("https://api.openai.com/v1/files")

    with (
        session(model=script(wire.openai("hello"))),
        pytest.raises(aiohttp.ClientConnectorError, match="simulated"),
    ):
        asyncio.run(ask())


def test_below_another_librarys_hook_nothing_is_counted_twice(tmp_path: Path) -> None:
    class OverAiohttp(httpx2.AsyncBaseTransport):
        """What litellm does: its httpx client stands on aiohttp."""

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            async with (
                aiohttp.ClientSession() as client,
                client.post(str(request.url), data=await request.aread()) as reply,
            ):
                return httpx2.Response(reply.status, content=await reply.read())

    async def ask() -> int:
        async with serving(streams) as url, httpx2.AsyncClient(transport=OverAiohttp()) as client:
            return (await client.post(url + PATH, json=ASK)).status_code

    with session(trace=tmp_path / "t.jsonl"):
        assert asyncio.run(ask()) == 200
    assert not watch.is_led()
    assert len(read_trace(tmp_path / "t.jsonl").model_calls) == 1


def test_a_stream_that_the_client_leaves_early_is_no_failure_of_the_world(tmp_path: Path) -> None:
    async def ask() -> bytes:
        async with (
            serving(streams) as url,
            aiohttp.ClientSession() as client,
            client.post(url + PATH, json=ASK) as reply,
        ):
            return await reply.content.readline()

    with session(trace=tmp_path / "t.jsonl"):
        assert asyncio.run(ask()).startswith(b"data:")
    (call,) = read_trace(tmp_path / "t.jsonl").model_calls
    assert call.outcome is not None
    assert call.outcome.error is None


def test_other_requests_pass_untouched(tmp_path: Path) -> None:
    async def ask() -> str:
        async with (
            serving(says_hello) as url,
            aiohttp.ClientSession() as client,
            client.get(url + "/weather") as reply,
        ):
            return await reply.text()

    with agentprobe.session(trace=tmp_path / "t.jsonl"):
        assert "choices" in asyncio.run(ask())
    assert read_trace(tmp_path / "t.jsonl").calls == ()
