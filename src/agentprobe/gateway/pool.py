"""Connections to one provider, kept and used again."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlsplit

from agentprobe.basis.clock import Clock, RealClock
from agentprobe.domain.wire import HttpReply, HttpRequest, Piece
from agentprobe.errors import ConfigError, CutOff, ServerError
from agentprobe.gateway.outward import OuterProxy, Outward
from agentprobe.gateway.upstream import UpstreamConnection

CONNECT_SECONDS = 10.0
IDLE_SECONDS = 15.0
"""An idle connection older than this is not used again: the provider may be about to close it."""
IDLE_CONNECTIONS = 128
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""What may be asked once more when a kept connection breaks before a reply: twice is as once.

A model call is not among them. Before it is sent on a kept connection the system is asked whether the
provider has closed it; what closes later closes as under the agent's own client, which asks again by itself.
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a provider listens."""

    scheme: str
    host: str
    port: int
    path: str = ""
    """What stands before every target there."""

    @classmethod
    def parse(cls, url: str) -> Origin:
        """Read a base URL; raises ConfigError when nobody can be reached by it."""
        parts = urlsplit(url)
        try:
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        except (KeyError, ValueError) as error:
            raise ConfigError(f"'{url}' is no base URL; it looks like https://api.openai.com") from error
        if not parts.hostname:
            raise ConfigError(f"'{url}' names no host; a base URL looks like https://api.openai.com")
        return cls(parts.scheme, parts.hostname, port, parts.path.rstrip("/"))

    @property
    def address(self) -> str:
        """Host and port as a Host header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme] == self.port
        return host if usual else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.address}{self.path}"


class Pool:
    """Every connection to one provider."""

    def __init__(
        self, origin: Origin, loop: asyncio.AbstractEventLoop, outward: Outward | None = None
    ) -> None:
        self.origin = origin
        self._loop = loop
        self._outward = outward or Outward({})
        self._clock = RealClock()
        self._idle: deque[UpstreamConnection] = deque()
        self._all: set[UpstreamConnection] = set()

    async def exchange(self, request: HttpRequest, clock: Clock) -> AsyncGenerator[Piece, None]:
        """Send a request and yield the reply's head and then its chunks as they come.

        Raises CutOff when the reply breaks off, ServerError 502 when the provider cannot be reached.
        """
        connection, head = await self._begin(self._addressed(request), clock)
        try:
            yield head
            while (chunk := await connection.receive()) is not None:
                yield chunk
        finally:
            self._release(connection)

    def close(self) -> None:
        """End all connections."""
        for connection in tuple(self._all):
            connection.close()
        self._idle.clear()
        self._all.clear()

    @cached_property
    def _tls(self) -> ssl.SSLContext | None:
        if self.origin.scheme != "https":
            return None
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def _begin(self, request: HttpRequest, clock: Clock) -> tuple[UpstreamConnection, Piece]:
        if (kept := self._kept()) is not None:
            try:
                return kept, await self._first(kept, request, clock)
            except CutOff:
                if kept.answered or request.method not in REPEATABLE:
                    raise  # it may have been carried out; whether to ask again is the agent's to say
        fresh = await self._connect()
        return fresh, await self._first(fresh, request, clock)

    async def _first(self, connection: UpstreamConnection, request: HttpRequest, clock: Clock) -> Piece:
        try:
            connection.send(request, clock)
            head = await connection.receive()
        except BaseException:
            self._release(connection)
            raise
        assert isinstance(head, HttpReply)
        return head

    def _kept(self) -> UpstreamConnection | None:
        oldest = self._clock.now() - IDLE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and connection.idle_since > oldest and connection.silent:
                return connection
            self._drop(connection)
        return None

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection of its own, for what is no exchange of messages; raises ServerError 502."""
        reader = asyncio.StreamReader(loop=self._loop)
        async with self._reaching():
            transport, protocol = await self._outward.connect(
                self._loop,
                lambda: asyncio.StreamReaderProtocol(reader, loop=self._loop),
                (self.origin.scheme, self.origin.host, self.origin.port),
                self._tls,
            )
        return reader, asyncio.StreamWriter(transport, protocol, reader, self._loop)

    @cached_property
    def _proxy(self) -> OuterProxy | None:
        """The proxy that is given whole requests, which it can read; TLS goes through one in a tunnel."""
        origin = self.origin
        return self._outward.proxy("http", origin.host, origin.port) if origin.scheme == "http" else None

    def _addressed(self, request: HttpRequest) -> HttpRequest:
        """The request as it is written on this way: a proxy is told the whole address."""
        if self._proxy is None:
            return request
        target = f"http://{self.origin.address}{request.target}"
        return replace(request, target=target, headers=(*request.headers, *self._proxy.headers))

    async def _connect(self) -> UpstreamConnection:
        async with self._reaching():
            connection = await self._reached(self.origin)
        self._all.add(connection)
        return connection

    @asynccontextmanager
    async def _reaching(self) -> AsyncGenerator[None, None]:
        origin = self.origin
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                yield
        except TimeoutError as error:
            message = f"agentprobe cannot reach {origin}: no connection within {CONNECT_SECONDS:g} s"
            raise ServerError(502, message) from error
        except OSError as error:
            raise ServerError(502, f"agentprobe cannot reach {origin}: {error.strerror or error}") from error

    async def _reached(self, origin: Origin) -> UpstreamConnection:
        def make() -> UpstreamConnection:
            return UpstreamConnection(self._loop)

        if self._proxy is not None:
            return (await self._outward.at(self._loop, self._proxy, make))[1]
        target = (origin.scheme, origin.host, origin.port)
        return (await self._outward.connect(self._loop, make, target, self._tls))[1]

    def _release(self, connection: UpstreamConnection) -> None:
        if connection.reusable and len(self._idle) < IDLE_CONNECTIONS:
            connection.idle_since = self._clock.now()
            self._idle.append(connection)
        else:
            self._drop(connection)

    def _drop(self, connection: UpstreamConnection) -> None:
        connection.close()
        self._all.discard(connection)
