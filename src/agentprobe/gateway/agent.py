"""The agent's side: one connection, its requests read as they come and answered in their order."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import httptools

from agentprobe.errors import Refused
from agentprobe.gateway import refusals
from agentprobe.gateway.exchange import Exchange
from agentprobe.gateway.heads import Arrival, RawHeaders, raw_header
from agentprobe.gateway.upstream import at_once

if TYPE_CHECKING:
    from agentprobe.domain.wire import HttpReply
    from agentprobe.gateway.proxy import Within
    from agentprobe.gateway.server import Gateway
    from agentprobe.gateway.tunnel import Tunnel

LARGEST = 1 << 30
"""Bytes of the largest request body that is taken; it waits in memory until it is whole."""
AHEAD = 16
"""Requests that may wait behind the one being answered before no more are read."""
LINGER = 2.0
"""Seconds in which a provider may end a reply whose terminator the agent already has."""


class AgentConnection(asyncio.Protocol):
    """A connection from the agent; `within` says where it leads when it was opened through the proxy."""

    def __init__(self, gateway: Gateway, within: Within | None = None) -> None:
        self._gateway = gateway
        self._within = within
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._target = b""
        self._headers: RawHeaders = []
        self._body: list[bytes] = []
        self._size = 0
        self._in_body = False
        self._upgrading = False
        self._arrivals: deque[Arrival] = deque()
        self._exchange: Exchange | None = None
        self._task: asyncio.Task[None] | None = None
        self._tunnel: Tunnel | None = None
        self._closing = False
        self._full = False
        """Does more wait to be read by the agent than is good?"""

    @property
    def idle(self) -> bool:
        """Is nothing being answered?"""
        return self._task is None

    def close(self) -> None:
        """End the connection, after what is being answered."""
        self._closing = True
        if self._tunnel is not None:
            self._tunnel.finish()
        elif self.idle:
            self._transport.close()

    # -- asyncio's side --------------------------------------------------------------------------

    def connection_made(  # type: ignore[override]  # a stream's transport; uvloop's has no common class
        self, transport: asyncio.Transport
    ) -> None:
        self._transport = transport
        at_once(transport)
        self._gateway.connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self._tunnel is not None:
            self._tunnel.feed(data)
            return
        if self._closing:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            rest = data[upgrade.args[0] :]
            if self._parser.get_method() == b"CONNECT":
                self._hand_over(rest)
            else:
                self._stay_with_http(rest)
        except httptools.HttpParserError as error:
            self._refuse(400, f"this is not HTTP: {error}")

    def pause_writing(self) -> None:
        self._full = True
        if self._tunnel is not None:
            self._tunnel.room.clear()
        if self._exchange is not None:
            self._exchange.pause()

    def resume_writing(self) -> None:
        self._full = False
        if self._tunnel is not None:
            self._tunnel.room.set()
        if self._exchange is not None:
            self._exchange.resume()

    def connection_lost(self, error: Exception | None) -> None:
        self._closing = True
        self._gateway.connections.discard(self)
        if self._tunnel is not None and self._task is not None:
            self._task.cancel()
        if self._task is None or self._exchange is None:
            return
        self._exchange.leave()
        if self._exchange.complete:  # no cancellation: it has read the end and left
            asyncio.get_running_loop().call_later(LINGER, self._task.cancel)
        else:
            self._task.cancel()

    # -- the parser's side -----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._target, self._headers, self._body, self._size = b"", [], [], 0
        self._in_body = self._upgrading = False

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_body = True
        self._upgrading = self._parser.should_upgrade()
        expects = raw_header(self._headers, b"expect")
        if expects is not None and expects.lower() == b"100-continue" and self.idle:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > LARGEST:
            self._refuse(413, f"request bodies end at {LARGEST} bytes here")
            return
        self._body.append(data)

    def on_message_complete(self) -> None:
        if self._closing or self._upgrading:
            return
        parser, body = self._parser, self._body
        arrival = Arrival(
            method=parser.get_method().decode("latin-1"),
            target=self._target.decode("latin-1"),
            headers=self._headers,
            body=body[0] if len(body) == 1 else b"".join(body),
            keep=parser.should_keep_alive(),
            chunks_allowed=parser.get_http_version() != "1.0",
        )
        self._arrivals.append(arrival)
        if len(self._arrivals) > AHEAD:
            self._transport.pause_reading()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._serve())

    def _hand_over(self, rest: bytes) -> None:
        """Let the proxy take the connection on, which from here leads elsewhere."""
        if not self.idle or self._arrivals:
            self._refuse(400, "CONNECT must wait for the answers to what was asked before")
            return
        refusal = self._gateway.proxy.connect(self._transport, self._target, self._headers, rest)
        if refusal is None:
            self._gateway.connections.discard(self)
        else:
            self._end_with(refusal)

    def _stay_with_http(self, rest: bytes) -> None:
        """Go on in HTTP/1.1 with a client that offered another protocol, as the standard allows."""
        offered = raw_header(self._headers, b"upgrade") or b""
        if b"websocket" in offered.lower():
            self._open_tunnel(rest)
            return
        method = self._parser.get_method()
        kept = [(n, v) for n, v in self._headers if n.lower() not in (b"upgrade", b"connection")]
        lines = b"".join(b"%b: %b\r\n" % header for header in kept)
        head = b"%b %b HTTP/1.1\r\n%b\r\n" % (method, self._target, lines)
        self._parser = httptools.HttpRequestParser(self)
        self.data_received(head + rest)

    def _open_tunnel(self, rest: bytes) -> None:
        """Go on as a web socket."""
        target = self._target.decode("latin-1")
        arrival = Arrival("GET", target, self._headers, b"", keep=False, chunks_allowed=True)
        try:
            self._tunnel = self._gateway.tunnel(arrival, self._transport, self._within)
        except Refused as refusal:
            self._refuse(refusal.status, str(refusal))
            return
        self._task = asyncio.get_running_loop().create_task(self._tunnel.run())
        self._tunnel.feed(rest)

    # -- answering -------------------------------------------------------------------------------

    async def _serve(self) -> None:
        """Answer what has arrived, in order."""
        try:
            while self._arrivals and not self._closing:
                if len(self._arrivals) == AHEAD:
                    self._transport.resume_reading()
                await self._answer(self._arrivals.popleft())
        finally:
            self._task = self._exchange = None
            if self._closing:
                self._transport.close()

    async def _answer(self, arrival: Arrival) -> None:
        self._exchange = exchange = Exchange(
            self._transport,
            keep=arrival.keep,
            chunks_allowed=arrival.chunks_allowed,
            bodiless=arrival.method == "HEAD",
        )
        if self._full:
            exchange.pause()
        try:
            await self._gateway.answer(arrival, exchange, self._within)
        finally:
            self._closing = self._closing or not exchange.keep

    def _refuse(self, status: int, message: str) -> None:
        """Say what is wrong with the connection itself, and end it."""
        self._end_with(refusals.plain(status, message))

    def _end_with(self, refusal: HttpReply) -> None:
        if self.idle:
            exchange = Exchange(self._transport, keep=False)
            exchange.say(refusal)
        self._closing = True
        if self.idle:
            self._transport.close()
