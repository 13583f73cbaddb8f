"""The provider's side: one connection, one exchange at a time, the reply in pieces as they come."""

from __future__ import annotations

import asyncio
import select
import socket
from collections import deque

import httptools

from agentprobe.basis.clock import Clock
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import CutOff
from agentprobe.gateway.heads import BODILESS, RawHeaders, raw_header, request_bytes, travelling

HIGH = 256 * 1024
"""Bytes of a reply that wait unread before the provider is asked to pause."""


def at_once(transport: asyncio.BaseTransport) -> None:
    """Switch off the system's habit of collecting small writes: every flush leaves at once."""
    link = transport.get_extra_info("socket")
    if link is not None and link.family in (socket.AF_INET, socket.AF_INET6):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _reply_parser(protocol: UpstreamConnection) -> httptools.HttpResponseParser:
    """A parser that forgives what agents' own clients forgive too: their provider need not be spotless."""
    parser = httptools.HttpResponseParser(protocol)
    parser.set_dangerous_leniencies(
        lenient_headers=True,
        lenient_chunked_length=True,
        lenient_optional_cr_before_lf=True,
        lenient_spaces_after_chunk_size=True,
    )
    return parser


def _has_news(descriptor: int) -> bool:
    """Is there anything to read, an end included?"""
    if descriptor < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([descriptor], [], [], 0)[0])
    watch = select.poll()
    watch.register(descriptor, select.POLLIN)
    return bool(watch.poll(0))


class UpstreamConnection(asyncio.Protocol):
    """A kept-alive connection to a provider.

    `send` begins an exchange, `receive` gives its pieces one by one and None at the end of the reply. All
    bytes that one read brought are one chunk.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._parser = _reply_parser(self)
        self._pieces: deque[Piece] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._unread = 0
        self._paused = False
        self._lost = False
        self._ended = True
        self._failure: CutOff | None = None
        self._reason = b""
        self._headers: RawHeaders = []
        self._body: list[bytes] = []
        self._in_body = False
        self._open_ended = False
        self._keep = True
        self._bodiless = False
        self.idle_since = 0.0
        self.answered = False
        """Has a byte of the current reply come?"""

    # -- the exchange ----------------------------------------------------------------------------

    @property
    def reusable(self) -> bool:
        """May another exchange begin here?"""
        sent = self._transport is not None and self._transport.get_write_buffer_size() == 0
        return self._ended and self._keep and sent and not self._lost and self._failure is None

    @property
    def silent(self) -> bool:
        """Has nothing come since the last reply, not even the news that the provider has closed?

        The loop may not have read it yet: this asks the system, so that nothing is sent to a closed door.
        """
        link = self._transport.get_extra_info("socket") if self._transport is not None else None
        return link is not None and not _has_news(link.fileno())

    def send(self, request: HttpRequest, clock: Clock) -> None:
        """Begin an exchange."""
        assert self._transport is not None
        self._clock = clock
        self._bodiless = request.method == "HEAD"
        self._ended = self._in_body = self.answered = False
        head, body = request_bytes(request)
        self._sent = clock.now()
        self._transport.write(head + body if len(body) < HIGH else head)
        if len(body) >= HIGH:
            self._transport.write(body)

    async def receive(self) -> Piece | None:
        """The next piece of the reply, None when it is whole.

        Raises CutOff when the connection ends before the reply does, or what comes is not HTTP.
        """
        while not self._pieces:
            if self._failure is not None:
                raise self._failure
            if self._ended:
                return None
            self._waiter = self._loop.create_future()
            await self._waiter
        piece = self._pieces.popleft()
        if isinstance(piece, Chunk):
            self._unread -= len(piece.data)
            if self._paused and self._unread < HIGH // 2:
                self._pause(now=False)
        return piece

    def close(self) -> None:
        """End the connection, wherever the exchange stands."""
        self._keep = False
        if self._transport is not None:
            self._transport.abort()

    # -- asyncio's side --------------------------------------------------------------------------

    def connection_made(  # type: ignore[override]  # a stream's transport; uvloop's has no common class
        self, transport: asyncio.Transport
    ) -> None:
        self._transport = transport
        at_once(transport)

    def data_received(self, data: bytes) -> None:
        self.answered = True
        if self._ended:  # nobody asked: this connection can no longer be trusted
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self._ended:
                self._failure = CutOff(f"the provider's reply is not HTTP: {error}")
            self.close()
        self._flush()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._lost = True
        if not self._ended:
            if self._in_body and self._open_ended and error is None:
                self._ended = True
            elif self._failure is None:
                self._failure = CutOff("the provider closed the connection before its reply was whole")
        self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _pause(self, *, now: bool) -> None:
        self._paused = now
        if self._transport is not None and not self._lost:
            (self._transport.pause_reading if now else self._transport.resume_reading)()

    def _flush(self) -> None:
        """Make one chunk of all body bytes that came together."""
        if not self._body:
            return
        data = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body.clear()
        self._pieces.append(Chunk(data, self._clock.now() - self._sent))
        self._unread += len(data)
        if self._unread > HIGH and not self._paused and not self._ended:
            self._pause(now=True)

    # -- the parser's side -----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._headers, self._reason = [], b""

    def on_status(self, words: bytes) -> None:
        self._reason += words

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # early hints and their like speak to the gateway alone
            return
        self._in_body = True
        reason = self._reason.decode("latin-1")
        self._pieces.append(HttpReply(status=status, headers=travelling(self._headers), reason=reason))
        self._keep = self._parser.should_keep_alive()
        if self._bodiless:
            self._end_bodiless()
        elif not self._keep:
            framed = raw_header(self._headers, b"content-length") or raw_header(
                self._headers, b"transfer-encoding"
            )
            self._open_ended = framed is None and status not in BODILESS

    def on_body(self, data: bytes) -> None:
        if not self._ended:
            self._body.append(data)

    def on_message_complete(self) -> None:
        if self._in_body:
            self._ended = True

    def _end_bodiless(self) -> None:
        """End the reply to a HEAD, whose length header promises a body that never comes."""
        self._ended = True
        self._parser = _reply_parser(self)
