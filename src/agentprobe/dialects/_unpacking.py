"""Compression undone piece by piece, within a limit, so that a small body cannot become a huge one."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from agentprobe.errors import Malformed

LARGEST = 256 * 2**20
"""Bytes that one body may come to when it is unpacked; what is larger is not read."""


class TooLarge(Malformed):
    """A compressed body that comes to more than anybody wants in memory."""


class Step(Protocol):
    """One compression, being undone."""

    def feed(self, data: bytes, most: int) -> bytes:
        """What these bytes bring; little more than `most` where they bring more than that."""
        ...


class Unpacker:
    """Undoes the encodings of a Content-Encoding header, the last one named first, as the bytes come."""

    def __init__(self, encodings: str, largest: int | None = None) -> None:
        self._steps = [_step(name.strip()) for name in reversed(encodings.lower().split(","))]
        self._largest = self._left = LARGEST if largest is None else largest

    def feed(self, data: bytes) -> bytes:
        """The plain bytes that these complete.

        Raises Malformed for what cannot be undone, and says which package is missing if one is.
        """
        for name, step in self._steps:
            data = _fed(name, step, data, self._left)
            if len(data) > self._left:
                raise TooLarge(
                    f"the '{name}' body unpacks to more than {self._largest:,} bytes; it is not read"
                )
        self._left -= len(data)
        return data


def _fed(name: str, step: Step, data: bytes, most: int) -> bytes:
    try:
        return step.feed(data, most)
    except ImportError as error:
        raise Malformed(f"the body is compressed as '{name}'; to read it install '{error.name}'") from error
    except Exception as error:  # every package has an error of its own for bytes that it cannot read
        raise Malformed(f"the body says it is '{name}' and is not: {error}") from error


def _step(name: str) -> tuple[str, Step]:
    make = _STEPS.get(name)
    if make is None:
        raise Malformed(f"the body is compressed as '{name}', which nobody here can read")
    return name, make()


class _Plain:
    def feed(self, data: bytes, most: int) -> bytes:
        return data


class _Members:
    """A format whose files may follow one another; what follows and is no such file is let be."""

    def __init__(self, open: Callable[[], Any], magic: bytes) -> None:
        self._open = open
        self._magic = magic
        self._now: Any = None

    def feed(self, data: bytes, most: int) -> bytes:
        if self._now is None:
            self._now = self._open()
        if self._now.eof:  # the last member ended where the last bytes did
            return self._next(data, most)
        plain: bytes = self._now.decompress(data, most + 1)
        if self._now.eof and len(plain) <= most:
            return plain + self._next(self._now.unused_data, most - len(plain))
        return plain

    def _next(self, data: bytes, most: int) -> bytes:
        plain = b""
        while data.startswith(self._magic) and len(plain) <= most:
            self._now = self._open()
            plain += self._now.decompress(data, most - len(plain) + 1)
            if not self._now.eof:
                break
            data = self._now.unused_data
        return plain


class _Deflate:
    """Deflate with the two bytes of zlib before it, as the standard says, or bare, as some send it."""

    def __init__(self) -> None:
        self._first = b""
        self._now: Any = None

    def feed(self, data: bytes, most: int) -> bytes:
        if self._now is None:
            self._first += data
            if len(self._first) < 2:
                return b""
            data = self._first
            wrapped = data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0
            self._now = zlib.decompressobj(wbits=15 if wrapped else -15)
        plain: bytes = self._now.decompress(data, most + 1)
        return plain


class _Brotli:
    def __init__(self) -> None:
        self._now: Any = None

    def feed(self, data: bytes, most: int) -> bytes:
        if self._now is None:
            self._now = import_module("brotli").Decompressor()
        plain: bytes = self._now.process(data, output_buffer_limit=most + 1)
        while len(plain) <= most and not self._now.can_accept_more_data():
            plain += self._now.process(b"", output_buffer_limit=most + 1)
        return plain


def _open_zstd() -> Any:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    return import_module(name).ZstdDecompressor()


GZIP_MAGIC, ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def _gzip() -> Step:
    return _Members(lambda: zlib.decompressobj(wbits=31), GZIP_MAGIC)


_STEPS: dict[str, Callable[[], Step]] = {
    "": _Plain,
    "identity": _Plain,
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": lambda: _Members(_open_zstd, ZSTD_MAGIC),
}
