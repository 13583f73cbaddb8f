"""One client's connection to the simulated model: HTTP/1.1, kept alive, answers paced as they are timed."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus

import httptools

from agentprobe.adapters.web_socket import accepted
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.sim.engine import SIMULATED, SimulatedModel
from agentprobe.sim.talk import Talk, is_wanted

PHRASES = {status.value: status.phrase for status in HTTPStatus}
FRAMING = frozenset(("content-length", "transfer-encoding", "connection"))
"""Headers that say how a reply is cut on the wire; they are written anew here."""
LARGEST_BODY_BYTES = 64 * 2**20
MOST_WAITING = 1000
"""How many requests a client may send ahead of the answers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came whole, and how its answer has to be cut on the wire."""

    http: HttpRequest
    keep_alive: bool
    may_chunk: bool


class Connection(asyncio.Protocol):
    """Reads requests, asks the model, writes its replies in the order of the requests."""

    def __init__(self, model: SimulatedModel, open: set[Connection]) -> None:
        self._model = model
        self._open = open
        self.gone = asyncio.Event()
        self._waiting: deque[Asked] = deque()
        self._pace: asyncio.Task[None] | None = None
        self._talk: Talk | None = None
        self._begin()

    # -- asyncio calls these -------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP gives one
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(self)

    def data_received(self, data: bytes) -> None:
        if self._talk is not None:
            self._talk.feed(data)
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._change_protocol(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._say_and_close(400, f"not an HTTP/1.1 request: {error}")
        else:
            self._answer_or_close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        self._waiting.clear()
        if self._pace is not None:
            self._pace.cancel()
        if self._talk is not None:
            self._talk.close()
        self.gone.set()

    def pause_writing(self) -> None:
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._transport.resume_reading()

    def close(self) -> None:
        """Drop the client at once."""
        self._transport.abort()

    # -- httptools calls these -----------------------------------------------------------------

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("latin-1"), value.decode("latin-1")))
        if name.lower() == b"expect":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._length += len(body)
        self._body.append(body)
        if self._length > LARGEST_BODY_BYTES:
            self._say_and_close(413, "the request is larger than 64 MB")

    def on_message_complete(self) -> None:
        http = HttpRequest(
            method=self._parser.get_method().decode(),
            target=self._url.decode("latin-1"),
            headers=tuple(self._headers),
            body=b"".join(self._body),
        )
        alive = self._parser.should_keep_alive()
        self._waiting.append(Asked(http, alive, self._parser.get_http_version() != "1.0"))
        self._begin()
        if len(self._waiting) > MOST_WAITING:
            self.close()

    def _change_protocol(self, rest: bytes) -> None:
        opening = self._waiting.pop().http
        if self._waiting or self._pace is not None or not is_wanted(opening):
            self._say_and_close(
                501, "the simulated model does not change protocols here; ask over plain HTTP"
            )
            return
        self._transport.write(accepted(opening.headers, SIMULATED))
        self._talk = Talk(self._model, opening, self._transport)
        self._talk.feed(rest)

    # -- answering -----------------------------------------------------------------------------

    def _begin(self) -> None:
        self._url = b""
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._length = 0

    def _answer_or_close(self) -> None:
        try:
            self._answer_waiting()
        except BaseException:  # our bug: the loop reports it, and the client must not wait for ever
            self.close()
            raise

    def _answer_waiting(self) -> None:
        while self._waiting and self._pace is None and not self._transport.is_closing():
            asked = self._waiting.popleft()
            reply = self._model.reply(asked.http)
            if any(chunk.seconds for chunk in reply.chunks):
                self._pace = asyncio.get_running_loop().create_task(self._answer_paced(asked, reply))
            else:
                self._transport.writelines(wire(asked, reply))
                self._finish(asked)

    async def _answer_paced(self, asked: Asked, reply: HttpReply) -> None:
        """Write every piece when its moment has come; the head comes with the first."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        moments = (chunk.seconds for chunk in reply.chunks)
        for piece in _with_head(wire(asked, reply)):
            await asyncio.sleep(begun + next(moments, 0.0) - loop.time())
            self._transport.write(piece)
        self._pace = None
        self._finish(asked)
        self._answer_or_close()

    def _finish(self, asked: Asked) -> None:
        if not asked.keep_alive:
            self._transport.close()

    def _say_and_close(self, status: int, message: str) -> None:
        if self._transport.is_closing():
            return
        body = message.encode()
        head = _head(status, (SIMULATED, ("content-type", "text/plain")), f"content-length: {len(body)}")
        self._transport.write(head + body)
        self._transport.close()


def wire(asked: Asked, reply: HttpReply) -> list[bytes]:
    """A reply as it is written: the head, and what follows it, one piece a chunk."""
    pieces = [chunk.data for chunk in reply.chunks]
    if "text/event-stream" not in (reply.header("content-type") or ""):
        head = _head(reply.status, reply.headers, f"content-length: {sum(map(len, pieces))}")
        return [head] if asked.http.method == "HEAD" else [head, *pieces]
    if not asked.may_chunk:
        return [_head(reply.status, reply.headers, "connection: close"), *pieces]
    head = _head(reply.status, reply.headers, "transfer-encoding: chunked")
    return [head, *(b"%x\r\n%b\r\n" % (len(data), data) for data in pieces if data), b"0\r\n\r\n"]


def _with_head(pieces: list[bytes]) -> list[bytes]:
    """The same pieces with the head put before the first, so that both are written at once."""
    return [b"".join(pieces[:2]), *pieces[2:]]


def _head(status: int, headers: tuple[tuple[str, str], ...], framing: str) -> bytes:
    kept = "".join(f"{name}: {value}\r\n" for name, value in headers if name.lower() not in FRAMING)
    return f"HTTP/1.1 {status} {PHRASES.get(status, '')}\r\n{kept}{framing}\r\n\r\n".encode("latin-1")
