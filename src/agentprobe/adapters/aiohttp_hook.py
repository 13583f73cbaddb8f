"""The hook on aiohttp's `ClientSession`: each attempt at a model enters the corridor, beside all middleware.

It joins as the innermost client middleware, so that redirects, cookies, retries and `raise_for_status` stay
aiohttp's own and each attempt is seen by itself.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache, wraps
from types import ModuleType
from typing import Any

from agentprobe.adapters import watch
from agentprobe.adapters.concerned import concerned, refused
from agentprobe.adapters.led import Led
from agentprobe.adapters.model_call import model_call, paced_async
from agentprobe.domain.call import Call
from agentprobe.domain.wire import Chunk, Headers, HttpReply, HttpRequest, Piece
from agentprobe.errors import (
    AgentProbeError,
    CutOff,
    Refused,
    Reset,
    RoomError,
    TimedOut,
    Unreachable,
    WorldFailure,
)

NAME = "aiohttp"
Handler = Callable[[Any], Awaitable[Any]]
_DECODED = ("content-encoding", "content-length")
_replaced: list[tuple[Any, Any]] = []


def attach(library: ModuleType) -> None:
    """Hook this library's sessions; raises AgentProbeError for a version that knows no middleware."""
    kind: Any = library.ClientSession
    own = kind._request
    if _replaced:
        return
    if "middlewares" not in inspect.signature(own).parameters:
        raise AgentProbeError("only aiohttp from 3.12 on can be hooked")

    @wraps(own)
    async def hooked(session: Any, method: str, url: Any, **options: Any) -> Any:
        before = options.pop("middlewares", None)
        if before is None:
            before = session._middlewares
        ours = _middleware(library, session, options)
        return await own(session, method, url, middlewares=(*before, ours), **options)

    kind._request = hooked
    _replaced.append((kind, own))


def detach() -> None:
    """Give the sessions their own method back."""
    while _replaced:
        kind, own = _replaced.pop()
        kind._request = own


def _middleware(library: Any, session: Any, options: dict[str, Any]) -> Callable[[Any, Handler], Any]:
    async def through(request: Any, handler: Handler) -> Any:
        url = request.url
        found = concerned(
            NAME,
            request.method,
            url.host,
            url.port,
            url.raw_path_qs,
            heeds_variables=session.trust_env,
        )
        if found is not None and found[0].joined and found[0].simulated:
            return await _from_the_door(session, request, found[0].orders.door)
        if found is None:
            if why := refused(NAME, request.method, url.host, url.port or 0, url.raw_path_qs):
                raise _refused(library, request, why)
            with watch.led_by(NAME):
                return _told(await handler(request))
        sent = await _neutral(session, request, options)
        decodes = options.get("auto_decompress")
        return await _Request(
            library=library,
            request=request,
            handler=handler,
            decodes=session.auto_decompress if decodes is None else decodes,
            active=found[0],
            call=model_call(sent, found[1], found[0].path),
            dialect=found[1],
        ).response()

    return through


async def _from_the_door(session: Any, request: Any, door: str) -> Any:
    """Have the gateway's simulated model answer what was meant for a provider."""
    url = f"{door}{request.url.raw_path_qs}"
    kept = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ITS_OWN}
    body = await request.body.as_bytes() if request.body else None
    return await session.request(request.method, url, data=body, headers=kept, middlewares=())


_OF_ITS_OWN = ("host", "content-length", "transfer-encoding")


def _told(response: Any) -> Any:
    """A response as it is, after the watch was told its peer: not every event loop says so itself."""
    link = response.connection
    peer = link.transport.get_extra_info("peername") if link is not None and link.transport else None
    if isinstance(peer, tuple):
        watch.met(str(peer[0]), int(peer[1]), NAME)
    return response


async def _neutral(session: Any, request: Any, options: dict[str, Any]) -> HttpRequest:
    body = await request.body.as_bytes() if request.body else b""
    return HttpRequest(
        method=request.method,
        target=request.url.raw_path_qs,
        headers=tuple((str(name), str(value)) for name, value in request.headers.items()),
        body=body,
        patience=_patience(session, options),
    )


def _patience(session: Any, options: dict[str, Any]) -> float | None:
    """The shortest time after which the caller gives up: for the whole exchange, or for a byte."""
    given = options.get("timeout", session.timeout)
    times = [given] if isinstance(given, int | float) else [
        getattr(given, "total", None), getattr(given, "sock_read", None)
    ]  # fmt: skip
    return min((float(one) for one in times if one), default=None)


def _refused(library: Any, request: Any, why: str) -> Exception:
    error: Exception = library.ClientConnectorError(request.connection_key, OSError(111, why))
    return error


@dataclass(kw_only=True)
class _Request(Led):
    """One attempt of an aiohttp client."""

    library: Any
    request: Any
    handler: Handler
    decodes: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reply: Any = None
        self._head: HttpReply | None = None

    def word(self, failure: WorldFailure, *, begun: bool) -> Exception:
        library = self.library
        if isinstance(failure, TimedOut):
            error: Exception = library.SocketTimeoutError("Timeout on reading data from socket")
        elif isinstance(failure, Unreachable | Refused) and not begun:
            error = _refused(library, self.request, f"Connect call failed: {failure}")
        elif isinstance(failure, Reset) and not begun:
            error = library.ClientOSError(104, "Connection reset by peer")
        elif begun:
            error = library.ClientPayloadError(
                "Response payload is not completed: <TransferEncodingError: 400, message='Not enough data to "
                "satisfy transfer length header.'>"
            )
        else:
            error = library.ServerDisconnectedError()
        return error

    def neutral(self, error: Exception, patience: float | None) -> WorldFailure | None:
        library = self.library
        if isinstance(error, TimeoutError):
            return TimedOut(patience or 0.0)
        if isinstance(error, library.ClientConnectorError):
            return None
        if isinstance(
            error, (library.ServerDisconnectedError, library.ClientPayloadError, library.ClientOSError)
        ):
            return CutOff(str(error))
        return None

    async def response(self) -> Any:
        """Lead the request through the corridor; the response's body is fed by it, piece by piece."""
        pieces = self.active.session.boundary.stream_async(self.call, self._world)
        try:
            head = await anext(pieces, None)
        except Exception as error:  # noqa: BLE001 - turned into the client's own error
            failing = self.failing_reply(error)
            if failing is None:
                raised = self.native(error, begun=False)
            else:
                return self._built(failing.head, _all_of(failing.chunks))
        else:
            if isinstance(head, HttpReply):
                return self._built(head, pieces)
            raised = self.native(RoomError("a room answered a model call with nothing"), begun=False)
        raise raised

    def _built(self, head: HttpReply, pieces: AsyncGenerator[Piece, None]) -> Any:
        """The library's response with this head, fed by the corridor; the world's own if it is unchanged."""
        response = self.reply
        if response is None or head != self._head:
            response = _bare(self.library, self.request, head)
        response.content = _feed(self.library)(self, pieces)
        return response

    async def _world(self, asked: Call) -> AsyncGenerator[Piece, None]:
        if self.active.answer is not None:
            with self.asking_the_model():
                answer = self.active.answer(asked.request)
                async with aclosing(paced_async(answer, self.clock, asked.request.patience)) as pieces:
                    async for piece in pieces:
                        yield piece
            return
        self.refuse_without_model()
        sent = self.clock.now()
        with self.meeting_the_world():
            await self._adopt(asked.request)
            with watch.led_by(NAME):
                reply = self.reply = _told(await self.handler(self.request))
            content = reply.content
            try:
                yield self._head_of(reply)
                async for data in content.iter_any():
                    yield Chunk(data, self.clock.now() - sent)
            finally:
                if not content.is_eof():
                    reply.close()

    async def _adopt(self, wanted: HttpRequest) -> None:
        """Ask what a room has made of the request, where one has changed it."""
        if wanted is self.call.request:
            return
        await self.request.update_body(wanted.body)
        for name, value in wanted.headers:
            if name.lower() not in ("content-length", "transfer-encoding"):
                self.request.headers[name] = value

    def _head_of(self, reply: Any) -> HttpReply:
        headers: Headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in reply.raw_headers
        )
        if self.decodes and "content-encoding" in reply.headers:  # what comes is no longer encoded
            headers = tuple((name, value) for name, value in headers if name.lower() not in _DECODED)
        self._head = HttpReply(status=reply.status, headers=headers)
        return self._head


async def _all_of(chunks: tuple[Chunk, ...]) -> AsyncGenerator[Piece, None]:
    for chunk in chunks:
        yield chunk


def _bare(library: Any, request: Any, head: HttpReply) -> Any:
    """A response that no connection brought."""
    from http.client import responses

    from multidict import CIMultiDict, CIMultiDictProxy

    kind = request.response_class
    known = inspect.signature(library.ClientResponse.__init__).parameters
    given = {
        "writer": None,
        "continue100": None,
        "timer": None,
        "request_info": request.request_info,
        "traces": [],
        "loop": request.loop,
        "session": request.session,
        "stream_writer": _NothingSent,
    }
    response = kind(request.method, request.url, **{k: v for k, v in given.items() if k in known})
    response.version, response.status = library.HttpVersion11, head.status
    response.reason = responses.get(head.status, "")
    response._headers = CIMultiDictProxy(CIMultiDict(head.headers))
    response._raw_headers = tuple((k.encode("latin-1"), v.encode("latin-1")) for k, v in head.headers)
    return response


class _NothingSent:
    """What a response asks how much was sent."""

    output_size = 0


class _Connected:
    """What a reader asks whether it may go on."""

    connected = True
    _reading_paused = False

    def pause_reading(self, **_: object) -> None:
        """There is nothing to pause: nobody feeds what was not asked for."""

    def resume_reading(self, **_: object) -> None:
        """The same."""


@cache
def _feed(library: Any) -> Any:
    """A reader of this library that asks the corridor for the next piece when it runs out of bytes."""

    class Feed(library.StreamReader):  # type: ignore[misc]  # a class of a library that may not be there
        def __init__(self, led: _Request, pieces: AsyncGenerator[Piece, None]) -> None:
            super().__init__(_Connected(), 1 << 30, loop=led.request.loop)
            self._led, self._pieces, self._running, self._closing = led, pieces, False, None

        async def _wait(self, func_name: str) -> None:
            try:
                self._running = True
                piece = await anext(self._pieces, None)
            except Exception as error:  # noqa: BLE001 - turned into the client's own error
                raised = self._led.native(error, begun=True)
                library.StreamReader.set_exception(self, raised)
                raise raised from None
            finally:
                self._running = False
            if isinstance(piece, Chunk):
                self.feed_data(piece.data)
            elif piece is None:
                self.feed_eof()

        def set_exception(self, *args: Any, **options: Any) -> None:
            """The client has closed the response: what has not come by now is not wanted."""
            super().set_exception(*args, **options)
            if not self._eof and not self._running:
                self._closing = self._led.request.loop.create_task(self._pieces.aclose())

    return Feed
