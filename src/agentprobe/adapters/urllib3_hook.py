"""The hook on urllib3, and so on requests and botocore, which stand on it.

It takes the place of `HTTPConnectionPool._make_request`: the one point that every attempt passes, below
urllib3's own retries and redirects, and above all of its connections. What is raised there is turned into the
words of urllib3, requests and botocore by these libraries themselves.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from agentprobe.adapters import watch
from agentprobe.adapters.concerned import concerned, refused
from agentprobe.adapters.led import Led
from agentprobe.adapters.model_call import model_call, paced
from agentprobe.adapters.rewired import Rewired, native_response
from agentprobe.domain.call import Call
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
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

NAME = "urllib3"
_AT_ONCE = 1 << 16
Make = Callable[..., Any]
_replaced: list[tuple[Any, Make]] = []


def attach(library: ModuleType) -> None:
    """Hook this library's pools; raises AgentProbeError for a generation that is made otherwise."""
    kind: Any = library.HTTPConnectionPool
    own = kind._make_request
    if _replaced:
        return
    if "response_conn" not in inspect.signature(own).parameters:
        raise AgentProbeError("only urllib3 from 2.0 on can be hooked")

    @wraps(own)
    def hooked(pool: Any, conn: Any, method: str, url: str, **options: Any) -> Any:
        body = options.get("body")
        target = _target(url)
        readable = body is None or isinstance(body, bytes | bytearray | str)
        host, port = _place(pool, url)
        by_proxy = pool.proxy is not None and watch.is_door(pool.proxy.host, pool.proxy.port)
        spoken = target if readable else ""
        found = None if by_proxy else concerned(NAME, method, host, port, spoken, heeds_variables=False)
        if found is None:
            if why := refused(NAME, method, host, port, target):
                raise library.exceptions.NewConnectionError(conn, why)
            with watch.led_by(NAME):
                return own(pool, conn, method, url, **options)
        if found[0].joined and found[0].simulated:
            return _from_the_door(library, pool, conn, method, found[0].orders.door + target, options)
        sent = HttpRequest(
            method=method,
            target=target,
            headers=tuple(
                (_text(name), _text(value)) for name, value in (options.get("headers") or {}).items()
            ),
            body=body.encode() if isinstance(body, str) else bytes(body or b""),
            patience=_patience(pool, options),
        )
        call = model_call(sent, found[1], found[0].path)
        attempt = _Attempt(library, pool, conn, method, url, options, own)
        return _Request(attempt=attempt, active=found[0], call=call, dialect=found[1]).response()

    kind._make_request = hooked
    _replaced.append((kind, own))


def detach() -> None:
    """Give the pools their own method back."""
    while _replaced:
        kind, own = _replaced.pop()
        kind._make_request = own


def _target(url: str) -> str:
    """Path and query, also of the whole URL that a proxy is given."""
    if not url.startswith(("http://", "https://")):
        return url
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _place(pool: Any, url: str) -> tuple[str, int]:
    """Who is meant, whoever stands between."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        return parts.hostname or "", parts.port or watch.default_port(parts.scheme)
    return pool.host.strip("[]"), pool.port or watch.default_port(pool.scheme)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _patience(pool: Any, options: Mapping[str, Any]) -> float | None:
    timeout = pool._get_timeout(options.get("timeout"))
    timeout.start_connect()
    seconds = timeout.read_timeout
    return float(seconds) if isinstance(seconds, int | float) else None


def _from_the_door(
    library: Any, pool: Any, conn: Any, method: str, url: str, options: Mapping[str, Any]
) -> Any:
    """Have the gateway's simulated model answer what was meant for a provider."""
    kept = {name: value for name, value in (options.get("headers") or {}).items() if name.lower() != "host"}
    if options.get("response_conn") is not None:
        pool._put_conn(conn)
    return library.connection_from_url(url).urlopen(
        method,
        _target(url),
        body=options.get("body"),
        headers=kept,
        retries=False,
        preload_content=options.get("preload_content", True),
        decode_content=options.get("decode_content", True),
    )


def _as_it_comes(reply: Any) -> Iterator[bytes]:
    """A body as it stands on the wire, each part as soon as it is there."""
    if reply.chunked:
        yield from reply.read_chunked(decode_content=False)
        return
    while data := reply.read1(_AT_ONCE, decode_content=False):
        yield data


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What urllib3 was about to do."""

    library: Any
    pool: Any
    conn: Any
    method: str
    url: str
    options: Mapping[str, Any]
    own: Make

    def made(self, **changed: Any) -> Any:
        """Do it; the body is left to be read, as it stands on the wire."""
        raw = {"preload_content": False, "decode_content": False}
        with watch.led_by(NAME):
            return self.own(self.pool, self.conn, self.method, self.url, **{**self.options, **raw, **changed})


@dataclass(kw_only=True)
class _Request(Led):
    """One attempt of a urllib3 pool, led through the corridor."""

    attempt: _Attempt

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reply: Any = None

    def word(self, failure: WorldFailure, *, begun: bool) -> Exception:
        """What the socket or `http.client` would raise; urllib3 says it in its own words."""
        attempt, errors = self.attempt, self.attempt.library.exceptions
        if isinstance(failure, TimedOut):
            if begun:
                return TimeoutError("timed out")
            said = f"Read timed out. (read timeout={failure.seconds})"
            late: Exception = errors.ReadTimeoutError(attempt.pool, attempt.url, said)
            return late
        if isinstance(failure, Unreachable | Refused) and not begun:
            said = "Failed to establish a new connection: [Errno 111] Connection refused"
            refused: Exception = errors.NewConnectionError(attempt.conn, said)
            return refused
        if begun or isinstance(failure, Reset):
            return ConnectionResetError(104, "Connection reset by peer")
        return RemoteDisconnected("Remote end closed connection without response")

    def neutral(self, error: Exception, patience: float | None) -> WorldFailure | None:
        errors = self.attempt.library.exceptions
        if isinstance(error, errors.NewConnectionError):
            return None
        if isinstance(error, (errors.TimeoutError, TimeoutError)):
            return TimedOut(patience or 0.0)
        if isinstance(error, (errors.ProtocolError, HTTPException, ConnectionError)):
            return CutOff(str(error))
        return None

    def response(self) -> Any:
        """Lead the request through the corridor; the response's body is fed by it, piece by piece."""
        pieces = self.active.session.boundary.stream(self.call, self._world)
        try:
            head = next(pieces, None)
        except Exception as error:  # noqa: BLE001 - turned into the client's own error
            failing = self.failing_reply(error)
            if failing is not None:
                return self._built(failing.head, (chunk for chunk in failing.chunks))
            raised = self.native(error, begun=False)
        else:
            if isinstance(head, HttpReply):
                return self._built(head, pieces)
            raised = self.native(RoomError("a room answered a model call with nothing"), begun=False)
        raise raised

    def _built(self, head: HttpReply, pieces: Generator[Piece, None, None]) -> Any:
        """A response of urllib3 over the bytes that a socket would have brought."""
        attempt, options = self.attempt, self.attempt.options
        wire = native_response(attempt.method, Rewired(head, pieces, self._broken))
        real = self.reply if self.reply is not None else wire
        response = attempt.library.HTTPResponse(
            body=wire,
            headers=attempt.library.HTTPHeaderDict(head.headers),
            status=wire.status,
            version=real.version,
            version_string=getattr(real, "version_string", "HTTP/1.1"),
            reason=wire.reason,
            preload_content=options.get("preload_content", True),
            decode_content=options.get("decode_content", True),
            original_response=wire,
            enforce_content_length=options.get("enforce_content_length", True),
            request_method=attempt.method,
            request_url=attempt.url,
        )
        response.retries = options.get("retries")
        response._pool = attempt.pool
        if self.reply is None:  # nobody else gives the connection back to its pool
            response._connection = options.get("response_conn")
        return response

    def _broken(self, error: Exception) -> BaseException | bytes:
        """How an answer breaks off for its reader; bytes where what lacks after them says it itself."""
        met = self._met[1] if self._met is not None and error is self._met[0] else None
        cause = met.__cause__ if met is not None else None
        if not isinstance(error, CutOff) or isinstance(cause, OSError):
            return self.native(error, begun=True)
        if isinstance(cause, IncompleteRead) and cause.expected and self.reply.chunked:
            return b"%x\r\n%b" % (len(cause.partial) + cause.expected, cause.partial)
        return b""

    def _world(self, asked: Call) -> Generator[Piece, None, None]:
        if self.active.answer is not None:
            with self.asking_the_model():
                yield from paced(self.active.answer(asked.request), self.clock, asked.request.patience)
            return
        self.refuse_without_model()
        sent = self.clock.now()
        with self.meeting_the_world():
            reply = self.reply = self.attempt.made(**self._changed(asked.request))
            headers = tuple((str(name), str(value)) for name, value in reply.headers.iteritems())
            try:
                yield HttpReply(status=reply.status, headers=headers, reason=reply.reason)
                for data in _as_it_comes(reply):
                    yield Chunk(data, self.clock.now() - sent)
            finally:
                if not reply.closed:
                    reply.close()
                reply.release_conn()

    def _changed(self, wanted: HttpRequest) -> dict[str, Any]:
        """What a room has made of the request, where one has changed it."""
        if wanted is self.call.request:
            return {}
        kept = [(name, value) for name, value in wanted.headers if name.lower() != "content-length"]
        return {"body": wanted.body, "headers": self.attempt.library.HTTPHeaderDict(kept)}
