"""A provider that sends exactly the bytes it is told to, and keeps exactly those that it gets."""

from __future__ import annotations

import itertools
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

PATIENCE = 10.0
"""Seconds after which a socket of a test gives up."""
End = Literal["keep", "close", "reset"]


@dataclass(frozen=True)
class Reply:
    """What is written to the wire, and what becomes of the connection."""

    wire: bytes
    end: End = "keep"
    cut: int = 1 << 20
    """So many bytes go out with each write."""
    cuts: tuple[int, ...] = ()
    """Further places at which a new write begins."""

    def writes(self) -> Iterator[bytes]:
        """The bytes as they are written, one after the other."""
        size = len(self.wire)
        places = sorted({0, *range(0, size, self.cut), *(cut % (size + 1) for cut in self.cuts), size})
        for i, j in itertools.pairwise(places):
            yield self.wire[i:j]


@dataclass(frozen=True)
class Asked:
    """A request as it came: its head byte by byte, and its body out of its framing."""

    head: bytes
    body: bytes

    @property
    def line(self) -> bytes:
        return self.head.split(b"\r\n")[0]

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return headers_of(self.head)


def headers_of(head: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of a head in their order and spelling; the space around a value says nothing."""
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:] if line)
    return [(name, value.strip(b" \t")) for name, _, value in pairs]


def first(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    return next((value for key, value in headers if key.lower() == name), None)


class Incoming:
    """The reading end of a connection."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self.buffer = b""

    def until(self, end: bytes) -> bytes:
        """Up to and with `end`; raises EOFError with what came when there is no more."""
        while end not in self.buffer:
            self._more()
        data, found, self.buffer = self.buffer.partition(end)
        return data + found

    def exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self._more()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def rest(self) -> bytes:
        with suppress(EOFError):
            while True:
                self._more()
        data, self.buffer = self.buffer, b""
        return data

    def _more(self) -> None:
        data = self.link.recv(1 << 16)
        if not data:
            raise EOFError
        self.buffer += data


@dataclass
class Provider:
    """Answers every request with `reply`; `asked` is what came."""

    reply: Reply = field(default_factory=lambda: Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def serve(self, link: socket.socket) -> None:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(PATIENCE)
        incoming = Incoming(link)
        with suppress(OSError, EOFError), link:
            while True:
                self.asked.append(_request(incoming))
                reply = self.reply
                for part in reply.writes():
                    link.sendall(part)
                    os.sched_yield()
                if reply.end == "reset":
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if reply.end != "keep":
                    return


def _request(incoming: Incoming) -> Asked:
    head = incoming.until(b"\r\n\r\n")[:-2]
    headers = headers_of(head)
    if first(headers, b"transfer-encoding") != b"chunked":
        return Asked(head, incoming.exactly(int(first(headers, b"content-length") or 0)))
    body = b""
    while size := int(incoming.until(b"\r\n"), 16):
        body += incoming.exactly(size)
        incoming.until(b"\r\n")
    incoming.until(b"\r\n")
    return Asked(head, body)


@contextmanager
def providing() -> Iterator[Provider]:
    provider = Provider()
    links: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        provider.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        def accept() -> None:
            with suppress(OSError):
                while True:
                    link, _ = listening.accept()
                    links.append(link)
                    provider.connections += 1
                    threading.Thread(target=provider.serve, args=(link,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield provider
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)
    for link in links:
        with suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)
