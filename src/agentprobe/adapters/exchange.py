"""One model request of an HTTP client, led through the corridor and back into that client's own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agentprobe.adapters.led import Led
from agentprobe.adapters.native import http_error, neutral_error
from agentprobe.domain.call import Call
from agentprobe.domain.wire import Headers, HttpReply, HttpRequest
from agentprobe.errors import WorldFailure


@dataclass(kw_only=True)
class Exchange(Led):
    """What the synchronous and the asynchronous way have in common; one object a request.

    `library` is httpx or httpx2, `send` its client's own method, `options` what the caller gave it besides
    the request.
    """

    library: Any
    client: Any
    request: Any
    send: Callable[..., Any]
    options: dict[str, Any]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reply: Any = None
        """The library's own response, where the world really gave one."""
        self.body: Any = None
        """That response's own body."""
        self.read = False
        """Has the client itself, by a hook of its own, read that response already?"""
        self._head: HttpReply | None = None

    # -- towards the world ---------------------------------------------------------------------------

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

    # -- towards the agent ---------------------------------------------------------------------------

    def word(self, failure: WorldFailure, *, begun: bool) -> Exception:
        return http_error(self.library, failure, self.request, begun=begun)

    def neutral(self, error: Exception, patience: float | None) -> WorldFailure | None:
        return neutral_error(self.library, error, patience)

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
