"""Bodies as they were before they were compressed for the wire."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from importlib import import_module

from agentprobe.domain.wire import Headers, HttpReply
from agentprobe.errors import Malformed

Undo = Callable[[bytes], bytes]
ENCODINGS = "content-encoding"


def plain_body(reply: HttpReply) -> bytes:
    """The body of a reply without its compression; of a body cut short, what can be read.

    Raises Malformed when it cannot be undone, and says which package is missing if one is.
    """
    named = _encodings(reply.headers)
    return decompressed(reply.body, named) if named else reply.body


def without_framing(headers: Headers) -> Headers:
    """The headers of a body that is no longer compressed, nor as long as it was."""
    return tuple((key, value) for key, value in headers if key.lower() not in (ENCODINGS, "content-length"))


def decompressed(body: bytes, encodings: str) -> bytes:
    """Undo the encodings of a Content-Encoding header, the last one named first; raises Malformed."""
    for name in reversed(encodings.lower().split(",")):
        undo = _UNDO.get(name.strip())
        if undo is None:
            raise Malformed(f"the body is compressed as '{name.strip()}', which nobody here can read")
        body = _undone(undo, name.strip(), body)
    return body


def sniffed(body: bytes) -> bytes | None:
    """The body of a request that is compressed, judged by its first bytes; None when it is not."""
    if body.startswith(_GZIP_MAGIC):
        return decompressed(body, "gzip")
    if body.startswith(_ZSTD_MAGIC):
        return decompressed(body, "zstd")
    return None


def _encodings(headers: Headers) -> str:
    for key, value in headers:
        if len(key) == len(ENCODINGS) and key.lower() == ENCODINGS:
            return value
    return ""


def _undone(undo: Undo, name: str, body: bytes) -> bytes:
    try:
        return undo(body)
    except ImportError as error:
        raise Malformed(f"the body is compressed as '{name}'; to read it install '{error.name}'") from error
    except Exception as error:  # every package has an error of its own for bytes that it cannot read
        if body[:1] in _READABLE:
            return body  # the client had undone it already and kept the header
        raise Malformed(f"the body says it is '{name}' and is not: {error}") from error


def _gzip(body: bytes) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(body)


def _deflate(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body)
    except zlib.error:
        return zlib.decompressobj(wbits=-15).decompress(body)


def _brotli(body: bytes) -> bytes:
    plain: bytes = import_module("brotli").decompress(body)
    return plain


def _zstd(body: bytes) -> bytes:
    plain: bytes = import_module("zstandard").ZstdDecompressor().decompressobj().decompress(body)
    return plain


_GZIP_MAGIC, _ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_READABLE = (b"{", b"d", b"e", b":", b"<")
"""How an answer begins that is not compressed: JSON, an event, a page."""
_UNDO: dict[str, Undo] = {
    "": lambda body: body,
    "identity": lambda body: body,
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
