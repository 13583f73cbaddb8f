"""Bodies as they were before they were compressed for the wire."""

from __future__ import annotations

from dataclasses import replace

from agentprobe.dialects._unpacking import GZIP_MAGIC, ZSTD_MAGIC, TooLarge, Unpacker
from agentprobe.domain.wire import Chunk, Headers, HttpReply, HttpRequest
from agentprobe.errors import Malformed

ENCODINGS = "content-encoding"


def plain_body(reply: HttpReply) -> bytes:
    """The body of a reply without its compression; of a body cut short, what can be read.

    Raises Malformed when it cannot be undone, and says which package is missing if one is.
    """
    named = encodings_of(reply.headers)
    return decompressed(reply.body, named) if named else reply.body


def plain_reply(reply: HttpReply) -> HttpReply:
    """The reply without its compression, each chunk holding what could be read when it came.

    Raises Malformed as `plain_body` does.
    """
    named = encodings_of(reply.headers)
    if not named:
        return reply
    head = HttpReply(status=reply.status, headers=without_framing(reply.headers))
    try:
        unpacker = Unpacker(named)
        return head.with_chunks([Chunk(unpacker.feed(c.data), c.seconds, c.pause) for c in reply.chunks])
    except TooLarge:
        raise
    except Malformed:
        if _is_readable(reply.body):
            return head.with_chunks(reply.chunks)
        raise


def plain_request(request: HttpRequest) -> bytes:
    """The body of a request without its compression; raises Malformed as `plain_body` does."""
    named = encodings_of(request.headers)
    return decompressed(request.body, named) if named else request.body


def with_plain_body(request: HttpRequest, body: bytes) -> HttpRequest:
    """The request with another body, not compressed, under the length that this one has."""
    kept = [
        (name, str(len(body)) if name.lower() == "content-length" else value)
        for name, value in request.headers
        if name.lower() != ENCODINGS
    ]
    return replace(request, headers=tuple(kept), body=body)


def without_framing(headers: Headers) -> Headers:
    """The headers of a body that is no longer compressed, nor as long as it was."""
    return tuple((key, value) for key, value in headers if key.lower() not in (ENCODINGS, "content-length"))


def decompressed(body: bytes, encodings: str) -> bytes:
    """Undo the encodings of a Content-Encoding header, the last one named first; raises Malformed."""
    unpacker = Unpacker(encodings)
    try:
        return unpacker.feed(body)
    except TooLarge:
        raise
    except Malformed:
        if _is_readable(body):
            return body
        raise


def sniffed(body: bytes) -> bytes | None:
    """The body of a request that is compressed, judged by its first bytes; None when it is not."""
    if body.startswith(GZIP_MAGIC):
        return decompressed(body, "gzip")
    if body.startswith(ZSTD_MAGIC):
        return decompressed(body, "zstd")
    return None


def looks_compressed(body: bytes) -> bool:
    """Would `sniffed` try to unpack it?"""
    return body.startswith((GZIP_MAGIC, ZSTD_MAGIC))


def encodings_of(headers: Headers) -> str:
    """What a Content-Encoding header says; empty when there is none."""
    for key, value in headers:
        if len(key) == len(ENCODINGS) and key.lower() == ENCODINGS:
            return value
    return ""


def _is_readable(body: bytes) -> bool:
    """Does it begin as an answer that is not compressed, because its client has undone it already?"""
    return body[:1] in (b"{", b"d", b"e", b":", b"<")  # JSON, an event, a page
