"""An empty corridor is the world: what a client gets through the hook is what it gets without it."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.adapters import http_hook
from agentprobe.adapters.active import Active
from agentprobe.adapters.orders import Orders
from agentprobe.domain.call import LEFT, Call
from agentprobe.errors import CutOff, TimedOut
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage

if TYPE_CHECKING:
    from tests.adapters.conftest import Notes

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2])
TARGET = "http://model.test/v1/chat/completions?a=b"
Seen = tuple[int, list[tuple[bytes, bytes]], bytes, bytes, str, str]


class Holds:
    """A room that waits for the whole answer and changes nothing."""

    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        return (yield call.hold())


def session(*, held: bool = False) -> Active:
    http_hook.install()
    return Orders(id="t").open(rooms=(lambda _: Holds(),) if held else ())


def wire(library: Any, reply: tuple[int, list[tuple[bytes, bytes]], list[bytes]]) -> Any:
    """A transport of that library which gives this reply to everything, its body piece by piece."""
    status, headers, body = reply

    class Body(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc]  # of either library
        def __iter__(self) -> Iterator[bytes]:
            return iter(body)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for data in body:
                yield data

    class Transport(library.BaseTransport, library.AsyncBaseTransport):  # type: ignore[misc]  # likewise
        def handle_request(self, request: Any) -> Any:
            extensions = {"reason_phrase": b"So It Is", "http_version": b"HTTP/1.1"}
            return library.Response(status, headers=headers, stream=Body(), extensions=extensions)

        async def handle_async_request(self, request: Any) -> Any:
            return self.handle_request(request)

    return Transport()


def seen(response: Any, raw: bytes) -> Seen:
    phrase, version = response.reason_phrase, response.http_version
    return response.status_code, response.headers.raw, raw, b"", phrase, version


def ask(library: Any, transport: Any, *, stream: bool) -> Seen:
    with library.Client(transport=transport) as client:
        if stream:
            with client.stream("POST", TARGET, json={"model": "m"}) as response:
                return seen(response, b"".join(response.iter_raw()))
        response = client.post(TARGET, json={"model": "m"})
        return seen(response, response.content)


def ask_async(library: Any, transport: Any, *, stream: bool) -> Seen:
    async def asked() -> Seen:
        async with library.AsyncClient(transport=transport) as client:
            if stream:
                async with client.stream("POST", TARGET, json={"model": "m"}) as response:
                    return seen(response, b"".join([data async for data in response.aiter_raw()]))
            response = await client.post(TARGET, json={"model": "m"})
            return seen(response, response.content)

    return asyncio.run(asked())


TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)
NAMES = st.from_regex(r"X-[A-Za-z0-9-]{1,8}", fullmatch=True)
VALUES = st.binary(max_size=8).map(lambda raw: bytes(33 + byte % 94 if byte < 128 else byte for byte in raw))
HEADERS = st.lists(st.tuples(NAMES.map(str.encode), VALUES), max_size=4)
REPLIES = st.tuples(st.integers(200, 599), HEADERS, st.lists(st.binary(max_size=30), max_size=5))


@LIBRARIES
@pytest.mark.parametrize("way", [ask, ask_async])
def test_an_empty_corridor_gives_the_same_status_headers_and_bytes(
    library: ModuleType, way: Callable[..., Seen]
) -> None:
    @settings(max_examples=30, deadline=None)
    @given(REPLIES, st.booleans(), st.booleans())
    def law(reply: tuple[int, list[tuple[bytes, bytes]], list[bytes]], stream: bool, held: bool) -> None:
        transport = wire(library, reply)
        without = way(library, transport, stream=stream)
        with session(held=held):
            assert way(library, transport, stream=stream) == without

    law()


@LIBRARIES
@pytest.mark.parametrize("way", [ask, ask_async])
def test_a_compressed_body_passes_as_it_is_and_the_client_decodes_it(
    library: ModuleType, way: Callable[..., Seen]
) -> None:
    packed = gzip.compress(b'{"text": "hello"}')
    transport = wire(library, (200, [(b"Content-Encoding", b"gzip")], [packed[:9], packed[9:]]))
    with session():
        assert way(library, transport, stream=True)[2] == packed
        assert way(library, transport, stream=False)[2] == b'{"text": "hello"}'


@LIBRARIES
def test_a_response_that_the_clients_own_hook_has_read_is_still_readable(library: Any) -> None:
    packed = gzip.compress(b"hello")
    transport = wire(library, (200, [(b"Content-Encoding", b"gzip")], [packed]))
    hooks = {"response": [lambda response: response.read()]}
    with session(), library.Client(transport=transport, event_hooks=hooks) as client:
        assert client.post(TARGET, json={}).content == b"hello"


# -- on real sockets ------------------------------------------------------------------------------


def take_request(connection: socket.socket) -> None:
    """Read it whole: hanging up on bytes that nobody has read would be a reset."""
    seen = b""
    while not seen.endswith(b"}"):
        seen += connection.recv(65536)


@contextmanager
def server(*parts: bytes, silent: bool = False) -> Iterator[str]:
    """Answers one request with these bytes and hangs up, or stays silent until the caller has gone."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(10)

    def serve() -> None:
        connection, _ = listening.accept()
        connection.settimeout(10)
        with connection:
            take_request(connection)
            for part in parts:
                connection.sendall(part)
            with suppress(ConnectionResetError):  # a caller that goes with bytes unread resets
                while silent and connection.recv(65536):
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1/chat/completions"
    finally:
        thread.join(10)
        listening.close()


def noted(notes: Notes) -> Active:
    http_hook.install()
    return Orders(id="t").open(rooms=(lambda _: notes,))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"


def post(library: Any, url: str, **options: Any) -> Any:
    with library.Client(**options) as client:
        return client.post(url, json={"model": "m"})


def post_async(library: Any, url: str, **options: Any) -> Any:
    async def posted() -> Any:
        async with library.AsyncClient(**options) as client:
            return await client.post(url, json={"model": "m"})

    return asyncio.run(posted())


POSTS = pytest.mark.parametrize("post", [post, post_async])


@LIBRARIES
@POSTS
def test_a_real_answer_comes_with_its_time_and_every_chunk_with_its_own(
    library: Any, post: Callable[..., Any], notes: Notes
) -> None:
    with server(HEAD, b"hello", b"world") as url, noted(notes):
        response = post(library, url)
    assert response.content == b"helloworld"
    (outcome,) = notes.outcomes
    assert outcome is not None
    assert outcome.value.body == b"helloworld"
    assert 0 < outcome.value.chunks[-1].seconds <= response.elapsed.total_seconds()


@LIBRARIES
@POSTS
def test_a_real_silence_is_a_timeout_inside_and_the_librarys_own_error_outside(
    library: Any, post: Callable[..., Any], notes: Notes
) -> None:
    with server(silent=True) as url, noted(notes), pytest.raises(library.ReadTimeout) as caught:
        post(library, url, timeout=library.Timeout(30, read=0.05))
    assert notes.outcomes[0] is not None
    assert isinstance(notes.outcomes[0].error, TimedOut)
    assert caught.value.request.url == url


@LIBRARIES
@POSTS
def test_a_real_broken_body_is_cut_off_inside_and_the_librarys_own_error_outside(
    library: Any, post: Callable[..., Any], notes: Notes
) -> None:
    with server(HEAD, b"hello") as url, noted(notes), pytest.raises(library.RemoteProtocolError):
        post(library, url)
    assert notes.outcomes[0] is not None
    assert isinstance(notes.outcomes[0].error, CutOff)
    assert notes.outcomes[0].value.body == b"hello"


@LIBRARIES
@POSTS
def test_nobody_listening_stays_what_it_is(library: Any, post: Callable[..., Any], notes: Notes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with noted(notes), pytest.raises(library.ConnectError):
        post(library, f"http://127.0.0.1:{port}/v1/chat/completions")
    assert notes.outcomes[0] is not None
    assert isinstance(notes.outcomes[0].error, library.ConnectError)


@LIBRARIES
def test_another_thread_may_close_a_stream_that_waits_for_its_next_chunk(library: Any, notes: Notes) -> None:
    """A watchdog does that; the waiting thread then meets a broken connection, or the end."""
    started = threading.Event()
    ended: list[object] = []

    def read(response: Any) -> None:
        started.set()
        try:
            ended.append(b"".join(response.iter_raw()))
        except (library.TransportError, library.StreamError) as error:
            ended.append(error)

    with server(HEAD, b"hello", silent=True) as url, noted(notes), library.Client(timeout=0.5) as client:
        request = client.build_request("POST", url, json={"model": "m"})
        response = client.send(request, stream=True)
        reader = threading.Thread(target=read, args=(response,))
        reader.start()
        started.wait(10)
        response.close()
        reader.join(10)
    assert len(ended) == 1
    assert not reader.is_alive()


def test_a_task_that_is_cancelled_while_it_waits_leaves_the_corridor(notes: Notes) -> None:
    async def story(url: str) -> None:
        async with httpx2.AsyncClient() as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.post(url, json={"model": "m"})

    with server(silent=True) as url, noted(notes):
        asyncio.run(story(url))
    (outcome,) = notes.outcomes
    assert outcome is not None
    assert outcome.marks == (LEFT,)
