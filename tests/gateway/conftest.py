"""A provider made of scripted bytes, a gateway before it, and a client that sees every byte."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import pytest

from agentprobe.adapters.active import Answer
from agentprobe.gateway.background import BackgroundGateway, background
from agentprobe.kernel.session import MakeRoom, Session

PATIENCE = 10
"""Seconds after which a test's socket gives up."""


@dataclass(frozen=True)
class Seen:
    """A request as the provider got it."""

    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n")[0].decode()

    @property
    def headers(self) -> dict[str, str]:
        pairs = (line.decode("latin-1").split(": ", 1) for line in self.head.split(b"\r\n")[1:] if line)
        return {pair[0].lower(): pair[1] for pair in pairs}


class Wire:
    """The provider's end of a connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer

    async def send(self, *parts: bytes) -> None:
        """Send parts, each in a write of its own that the other side can read alone."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def wait(self, event: threading.Event) -> None:
        """Go on when the test, on its own thread, says so."""
        await _until(event.is_set)

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        link = self.writer.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Seen, Wire], Awaitable[None]]


@dataclass
class Provider:
    """A provider on a thread of its own; `script` answers each request."""

    script: Script | None = None
    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    closed: threading.Event = field(default_factory=threading.Event)
    """Set when a connection has been closed by the other side while a script was running."""

    def says(self, *parts: bytes) -> None:
        """Answer every request with the same bytes."""

        async def script(_: Seen, wire: Wire) -> None:
            await wire.send(*parts)

        self.script = script

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                request = await _request(reader)
                self.seen.append(request)
                await self._answer(request, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _answer(
        self, request: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        assert self.script is not None
        answering = asyncio.ensure_future(self.script(request, Wire(writer)))
        gone = asyncio.ensure_future(_gone(reader))
        try:
            await asyncio.wait((answering, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
        if not answering.done():
            self.closed.set()
            answering.cancel()
            raise ConnectionResetError
        answering.result()


async def _gone(reader: asyncio.StreamReader) -> None:
    await _until(lambda: reader.at_eof() or reader.exception() is not None)


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - what it waits for knows no event loop
        await asyncio.sleep(0.002)


async def _request(reader: asyncio.StreamReader) -> Seen:
    head = await reader.readuntil(b"\r\n\r\n")
    seen = Seen(head[:-2], b"")
    if seen.headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return Seen(seen.head, body)
    return Seen(seen.head, await reader.readexactly(int(seen.headers.get("content-length", 0))))


@contextmanager
def on_a_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result(PATIENCE)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE)
    loop.close()


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # lets their connections go


@contextmanager
def providing() -> Iterator[Provider]:
    provider = Provider()
    with on_a_thread() as loop:
        starting = asyncio.start_server(provider.serve, "127.0.0.1", 0, limit=1 << 24)
        server = asyncio.run_coroutine_threadsafe(starting, loop).result(PATIENCE)
        provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield provider
        loop.call_soon_threadsafe(server.close)


@dataclass
class Opened:
    """A session as the gateway needs it."""

    session: Session
    answer: Answer | None = None
    simulated: bool = False


class Client:
    """A connection on which every byte is written and read by hand."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition("/")[0].partition(":")
        self.path = url.removeprefix(f"http://{host}:{port}")
        self.link = socket.create_connection((host, int(port)), timeout=PATIENCE)

    def send(self, data: bytes) -> None:
        self.link.sendall(data)

    def ask(
        self,
        target: str = "/v1/chat/completions",
        body: bytes = b"{}",
        *headers: str,
        method: str = "POST",
    ) -> None:
        lines = [f"{method} {self.path}{target} HTTP/1.1", "Host: gateway", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def until(self, end: bytes) -> bytes:
        """Read up to and with these bytes; what came when the other side closed before them."""
        data = b""
        while not data.endswith(end):
            more = self.link.recv(65536 if not end else 1)
            if not more:
                break
            data += more
        return data

    def reply(self, *, method: str = "POST") -> tuple[int, dict[str, str], bytes]:
        """One reply: its status, its headers in lower case, its body out of its framing."""
        head = self.until(b"\r\n\r\n").decode("latin-1")
        status = int(head.split(" ", 2)[1])
        pairs = (line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        headers = {pair[0].lower(): pair[1] for pair in pairs}
        return status, headers, self._body(status, headers, method)

    def _body(self, status: int, headers: dict[str, str], method: str) -> bytes:
        if method == "HEAD" or status in (204, 304):
            return b""
        if headers.get("transfer-encoding") == "chunked":
            return self._chunks()
        if "content-length" not in headers:
            return self.rest()
        return self.exactly(int(headers["content-length"]))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.until(b"\r\n"), 16):
            body += self.exactly(size)
            assert self.until(b"\r\n") == b"\r\n"
        assert self.until(b"\r\n") == b"\r\n"
        return body

    def chunk(self) -> bytes:
        """The next chunk of a chunked body."""
        data = self.exactly(int(self.until(b"\r\n"), 16))
        self.until(b"\r\n")
        return data

    def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.link.recv(size - len(data))
            if not more:
                raise EOFError(data)
            data += more
        return data

    def rest(self) -> bytes:
        """All that comes until the other side closes."""
        data = b""
        while more := self.link.recv(65536):
            data += more
        return data

    def close(self) -> None:
        self.link.close()


class Opening(Protocol):
    """How the fixture of that name is called."""

    def __call__(self, *rooms: MakeRoom, answer: Answer | None = None, simulated: bool = False) -> str: ...


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as one:
        yield one


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., str]]:
    """Serve connections by a function, over TLS where a context is given; gives the URL."""
    servers: list[asyncio.Server] = []
    with on_a_thread() as loop:

        def listen(serve: Callable[..., Awaitable[None]], tls: ssl.SSLContext | None = None) -> str:
            starting = asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
            server = asyncio.run_coroutine_threadsafe(starting, loop).result(PATIENCE)
            servers.append(server)
            port = server.sockets[0].getsockname()[1]
            return f"{'https' if tls else 'http'}://127.0.0.1:{port}"

        yield listen
        for server in servers:
            loop.call_soon_threadsafe(server.close)


@pytest.fixture
def gateway() -> Iterator[BackgroundGateway]:
    with background() as one:
        yield one
        assert one.defects == ()


@pytest.fixture
def opening(gateway: BackgroundGateway, provider: Provider) -> Opening:
    """Open a session with these rooms before the provider; gives its base URL."""

    def open_session(*rooms: MakeRoom, answer: Answer | None = None, simulated: bool = False) -> str:
        opened = Opened(Session("test", rooms=rooms), answer, simulated)
        upstreams = {"openai": provider.url, "anthropic": provider.url}
        return gateway.open_session(opened, upstreams)

    return open_session


@pytest.fixture
def connect(opening: Opening) -> Iterator[Callable[..., Client]]:
    """Connect to a session, to a new one unless its URL is given."""
    clients: list[Client] = []

    def connect_to(url: str | None = None) -> Client:
        clients.append(Client(url or opening()))
        return clients[-1]

    yield connect_to
    for client in clients:
        client.close()
