"""A trace file's very bytes, compressed in pieces that a database can take."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from agentprobe.basis.canonical import digest
from agentprobe.errors import TraceError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 8 << 20
"""Bytes of a trace that are compressed together."""


def packed(data: bytes) -> Iterator[bytes]:
    """The bytes in pieces."""
    for start in range(0, len(data), PIECE):
        yield zstd.compress(data[start : start + PIECE], level=6)


def unpacked(pieces: Iterable[bytes], expected: str, name: str) -> bytes:
    """What was packed; raises TraceError when it is not what it was."""
    try:
        data = b"".join(zstd.ZstdDecompressor().decompress(piece, PIECE) for piece in pieces)
    except zstd.ZstdError as error:
        raise TraceError(f"the store holds a damaged copy of {name}: {error}") from error
    if digest(data) != expected:
        raise TraceError(f"the store holds a damaged copy of {name}: its digest is not {expected}")
    return data
