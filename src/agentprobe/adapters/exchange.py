"""One model request of an HTTP client, led through the corridor and back into that client's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agentprobe.adapters.active import Active
from agentprobe.adapters.native import http_error, neutral_error
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.wire import Headers, HttpReply, HttpRequest
from agentprobe.errors import AgentStopped, Malformed, RateLimited, ServerError, WorldFailure

NO_MODEL = (
    "this session is simulated but was given no simulated model; open it with one"
    " (agentprobe.session(model=...), Orders.open(answer=...)) or without simulated=True"
)


@dataclass(kw_only=True)
class Exchange:
    """What the synchronous and the asynchronous way have in common; one object a request.

    `library` is httpx or httpx2, `send` its client's own method, `options` what the caller gave it besides
    the request.
    """

    library: Any
    client: Any
    request: Any
    send: Callable[..., Any]
    options: dict[str, Any]
    active: Active
    call: Call
    dialect: Dialect

    def __post_init__(self) -> None:
        self.clock = self.active.session.clock
        self.began = self.clock.now()
        self.reply: Any = None
        """The library's own response, where the world really gave one."""
        self.body: Any = None
        """That response's own body."""
        self.read = False
        """Has the client itself, by a hook of its own, read that response already?"""
        self._head: HttpReply | None = None
        self._met: tuple[BaseException, BaseException] | None = None
        """The real error that ended the world's answer: as the rooms see it, and as it was."""

    # -- towards the world ---------------------------------------------------------------------------

    def refuse_without_model(self) -> None:
        """Fail closed: a simulated session never reaches the network."""
        if self.active.simulated:
            raise AgentStopped(NO_MODEL)

    def native_request(self, asked: Call) -> Any:
        """The client's own request, or a new one where a room has changed what is asked."""
        wanted: HttpRequest = asked.request
        if wanted is self.call.request:
            return self.request
        kept = [(key, value) for key, value in wanted.headers if key.lower() != "content-length"]
        return self.library.Request(
            wanted.method,
            self.request.url.copy_with(raw_path=wanted.target.encode("ascii")),
            headers=[(key.encode("latin-1"), value.encode("latin-1")) for key, value in kept],
            content=wanted.body,
            extensions=self.request.extensions,
        )

    def head_of(self, reply: Any) -> HttpReply:
        """The head of the library's response; what the client has already decoded is no longer encoded."""
        headers = _spelled(reply.headers)
        self.read = reply.is_stream_consumed
        if self.read and "content-encoding" in reply.headers:
            decoded = ("content-encoding", "content-length")
            headers = tuple((key, value) for key, value in headers if key.lower() not in decoded)
        self.reply, self.body = reply, reply.stream
        self._head = HttpReply(status=reply.status_code, headers=headers)
        return self._head

    @contextmanager
    def asking_the_model(self) -> Iterator[None]:
        """Have the model of this process, unless it means to fail, break loudly."""
        try:
            yield
        except WorldFailure:
            raise
        except Exception as error:
            raise AgentStopped(f"the simulated model broke: {type(error).__name__}: {error}") from error

    @contextmanager
    def meeting_the_world(self) -> Iterator[None]:
        """Turn the library's errors into neutral ones for the rooms; the real one is kept for the agent."""
        try:
            yield
        except Exception as error:
            request: HttpRequest = self.call.request
            seen = neutral_error(self.library, error, request.patience) or error
            self._met = seen, error
            if seen is error:
                raise
            raise seen from error

    # -- towards the agent ---------------------------------------------------------------------------

    def failing_reply(self, failure: BaseException) -> HttpReply | None:
        """The provider's own reply to a failure that has one."""
        if isinstance(failure, (RateLimited, ServerError, Malformed)):
            return self.dialect.write_failure(failure)
        return None

    def native(self, error: Exception, *, begun: bool) -> BaseException:
        """The error that the agent meets: the real one, the library's word for it, or a loud stop."""
        if self._met is not None and error is self._met[0]:
            return self._met[1]
        if isinstance(error, WorldFailure):
            native: BaseException = http_error(self.library, error, self.request, begun=begun)
        else:
            native = self.active.broken(error)
        native.__cause__ = error
        return native

    def response(self, head: HttpReply, feed: Any) -> Any:
        """The library's response with this head, fed by the corridor; the world's own if it is unchanged."""
        real = self.reply
        if real is not None and not self.read and head == self._head:
            real.stream = feed
            return real
        if real is None or real.status_code != head.status:
            extensions: Any = {"http_version": b"HTTP/1.1"}
        else:
            extensions = real.extensions
        response = self.library.Response(
            head.status,
            headers=[(key.encode("latin-1"), value.encode("latin-1")) for key, value in head.headers],
            stream=feed,
            request=self.request if real is None else real.request,
            extensions=extensions,
        )
        if real is not None:
            response.history = real.history
            response.next_request = real.next_request
            response.default_encoding = real.default_encoding
        return response

    def elapsed(self) -> timedelta:
        """How long the exchange has taken, by the session's clock."""
        return timedelta(seconds=self.clock.now() - self.began)


def _spelled(headers: Any) -> Headers:
    """The library's headers as they stood on the wire."""
    return tuple([(key.decode("latin-1"), value.decode("latin-1")) for key, value in headers.raw])


def neutral_request(client: Any, request: Any) -> HttpRequest:
    """The request in neutral words; its patience is the client's read timeout."""
    timeout = request.extensions.get("timeout") or client.timeout.as_dict()
    return HttpRequest(
        method=request.method,
        target=request.url.raw_path.decode("ascii"),
        headers=_spelled(request.headers),
        body=request.content,
        patience=timeout.get("read"),
    )
