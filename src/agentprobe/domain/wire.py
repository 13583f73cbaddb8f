"""What crosses a wire: a request, and a reply that comes as a head and then chunks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


def header(headers: Headers, name: str) -> str | None:
    """The first value of a header, whatever its case; None when it is not there."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request as it left the agent."""

    method: str
    target: str
    """Path and query, as the provider sees them."""
    headers: Headers = ()
    body: bytes = b""
    patience: float | None = None
    """Seconds the caller waits for a byte before it gives up; None when it did not say."""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that arrived together."""

    data: bytes
    seconds: float = 0.0
    """When they came, counted from the moment the request was sent."""
    pause: float = 0.0
    """How long to wait before passing them on, when a room has slowed the answer down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """A reply: its head alone while it is still coming, with all its chunks once it is whole."""

    status: int
    headers: Headers = ()
    chunks: tuple[Chunk, ...] = ()
    reason: str | None = None
    """The words behind the status; None for the usual ones."""

    @property
    def body(self) -> bytes:
        """All bytes that came, as they stood on the wire."""
        return b"".join([chunk.data for chunk in self.chunks])

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return header(self.headers, name)

    def with_chunks(self, chunks: Iterable[Chunk]) -> HttpReply:
        """The same head with other chunks."""
        return HttpReply(status=self.status, headers=self.headers, chunks=tuple(chunks), reason=self.reason)

    @property
    def head(self) -> HttpReply:
        """The reply without its chunks."""
        return HttpReply(status=self.status, headers=self.headers, reason=self.reason)


Piece = HttpReply | Chunk
"""What a stream is made of: first a head, then chunks."""
