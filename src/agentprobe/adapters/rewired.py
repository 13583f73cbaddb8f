"""An answer of the corridor as the bytes of a connection, for libraries that read with `http.client`.

So their own reader finds the head, the chunks, and where they break off, as it would on a socket.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator
from http.client import HTTPResponse, responses
from typing import Any

from agentprobe.domain.wire import Chunk, HttpReply, Piece

Broken = Callable[[Exception], BaseException | bytes]


class Rewired(io.RawIOBase):
    """The bytes of a reply: framed as its head says, each piece asked for when it is read.

    `broken` says what to raise when the corridor breaks the answer off, or with which bytes it just ends.
    """

    def __init__(self, head: HttpReply, pieces: Generator[Piece, None, None], broken: Broken) -> None:
        super().__init__()
        self._pieces = pieces
        self._broken = broken
        self._buffer = _written(head)
        self._is_chunked = (head.header("transfer-encoding") or "").lower().endswith("chunked")
        length = head.header("content-length") or ""
        self._left = int(length) if length.isdigit() and not self._is_chunked else None
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if not self._buffer and not self._over:
            self._buffer = self._next()
        given = self._buffer[: len(target)]
        target[: len(given)] = given
        self._buffer = self._buffer[len(given) :]
        return len(given)

    def _next(self) -> bytes:
        """The bytes of the next piece; none when the answer is over, or breaks off."""
        try:
            for piece in self._pieces:
                if isinstance(piece, Chunk) and piece.data:
                    return self._framed(piece.data)
        except Exception as error:
            self._over = True
            raised = self._broken(error)
            if isinstance(raised, bytes):
                return raised
            raise raised from error
        self._over = True
        return b"0\r\n\r\n" if self._is_chunked else b""

    def _framed(self, data: bytes) -> bytes:
        if self._is_chunked:
            return b"%x\r\n%b\r\n" % (len(data), data)
        if self._left is not None:
            self._left -= len(data)
        return data

    def close(self) -> None:
        """Leave the corridor: as one who has had everything, or as one who wants no more."""
        if not self.closed and not self._over:
            self._over = True
            if self._left is not None and self._left <= 0:
                next(self._pieces, None)  # a reader that counts never asks whether there is more
            self._pieces.close()
        super().close()


def _written(head: HttpReply) -> bytes:
    reason = responses.get(head.status, "") if head.reason is None else head.reason
    lines = [f"HTTP/1.1 {head.status} {reason}"]
    lines += [f"{name}: {value}" for name, value in head.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class _Socket:
    """As much of a socket as `http.client` needs."""

    def __init__(self, raw: Rewired) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._raw)


def native_response(method: str, raw: Rewired) -> HTTPResponse:
    """The response that `http.client` reads from these bytes; its head has been read."""
    response = HTTPResponse(_Socket(raw), method=method)  # type: ignore[arg-type]  # it only calls makefile
    response.begin()
    return response
