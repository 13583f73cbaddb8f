"""The first lines of HTTP messages: which headers travel on, and how a head is spelled.

What differs behind the gateway from what was said before it is listed in the guide, in `fidelity.md`, and is
decided in this file alone.
"""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from agentprobe.domain.wire import Headers, HttpReply, HttpRequest

HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that speak of one connection only."""
SESSION = b"x-agentprobe-session"
"""The header by which an agent says which session of a gateway it belongs to; it goes no further."""
_GATEWAYS_OWN = HOP_BY_HOP | {"expect", SESSION.decode()}
BODILESS = frozenset({204, 304})
"""Statuses whose replies have no body, whatever their headers say."""

RawHeaders = list[tuple[bytes, bytes]]


class Arrival(NamedTuple):
    """A request as it came, before anybody knows where it goes."""

    method: str
    target: str
    headers: RawHeaders
    body: bytes
    keep: bool
    """Does the connection outlive the answer?"""
    chunks_allowed: bool
    """Does the client understand a body in chunks?"""

    def request(self, target: str, host: str | None) -> HttpRequest:
        """The request as it goes on, under another target and to another host."""
        return HttpRequest(
            method=self.method,
            target=target,
            headers=travelling(self.headers, host),
            body=self.body,
            patience=self._patience(),
        )

    def _patience(self) -> float | None:
        """How long the agent's SDK waits, where it says so."""
        said = raw_header(self.headers, b"x-stainless-read-timeout")
        try:
            return float(said) if said else None
        except ValueError:
            return None


def raw_header(headers: RawHeaders, name: bytes) -> bytes | None:
    """The first value of a header as it stood on the wire; `name` in lower case."""
    size = len(name)
    for key, value in headers:
        if len(key) == size and key.lower() == name:
            return value
    return None


@lru_cache(maxsize=2048)
def _name(raw: bytes) -> tuple[str, str]:
    """A header's name as text, and its lower case where it needs a second look."""
    name = raw.decode("latin-1")
    lower = name.lower()
    return name, lower if lower in _GATEWAYS_OWN or lower == "host" else ""


def travelling(raw: RawHeaders, host: str | None = None) -> Headers:
    """The headers that go on to the other side, in their order and spelling; `host` replaces the Host."""
    kept: list[tuple[str, str]] = []
    named = b""
    for key, value in raw:
        name, special = _name(key)
        if not special:
            kept.append((name, value.decode("latin-1")))
        elif special == "host":
            kept.append((name, value.decode("latin-1") if host is None else host))
        elif special == "connection":
            named += value.lower() + b","
        elif special == "transfer-encoding":
            named += b"content-length,"  # beside that one it says nothing
    if not named or named in (b"keep-alive,", b"close,"):
        return tuple(kept)
    dropped = {word.strip() for word in named.decode("latin-1").split(",")}
    return tuple((name, value) for name, value in kept if name.lower() not in dropped)


def stated_length(headers: Headers) -> int | None:
    """The length that a Content-Length header states."""
    for name, value in headers:
        if len(name) == 14 and name.lower() == "content-length" and value.isdigit():
            return int(value)
    return None


def request_bytes(request: HttpRequest) -> tuple[bytes, bytes]:
    """A request's head and its framed body, ready for the wire."""
    body, headers = request.body, request.headers
    length = stated_length(headers)
    if length is not None and length != len(body):  # a room has changed the body
        headers = tuple((n, v) for n, v in headers if n.lower() != "content-length")
        length = None
    lines = [f"{request.method} {request.target} HTTP/1.1\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers]
    if length is None and body:
        lines.append("Transfer-Encoding: chunked\r\n")
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    lines.append("\r\n")
    return "".join(lines).encode("latin-1", "replace"), body


@lru_cache(maxsize=128)
def _status_line(status: int, reason: str | None) -> str:
    if reason is None:
        reason = HTTPStatus(status).phrase if status in _USUAL else "Unknown"
    return f"HTTP/1.1 {status} {reason}\r\n"


_USUAL = frozenset(HTTPStatus)


def reply_bytes(reply: HttpReply, *, chunked: bool, close: bool) -> bytes:
    """A reply's head, ready for the wire."""
    lines = [_status_line(reply.status, reply.reason)]
    lines += [f"{name}: {value}\r\n" for name, value in reply.headers if name.lower() not in HOP_BY_HOP]
    if chunked:
        lines.append("Transfer-Encoding: chunked\r\n")
    if close:
        lines.append("Connection: close\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("latin-1", "replace")
