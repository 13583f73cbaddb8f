"""Clients that cost little: fixed requests on raw sockets, many at once or one after another."""

from __future__ import annotations

import asyncio
import socket
import time

from measure import middle
from stub import QUESTION

CLIENTS = 16


class Asking(asyncio.Protocol):
    """Asks again as soon as it has been answered."""

    def __init__(self, request: bytes, end: bytes, deadline: float) -> None:
        self.request, self.end, self.deadline = request, end, deadline
        self.answered = 0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(  # type: ignore[override]  # a stream's transport
        self, transport: asyncio.Transport
    ) -> None:
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if not data.endswith(self.end):
            return
        self.answered += 1
        if time.perf_counter() < self.deadline:
            self.transport.write(self.request)
        else:
            self.transport.close()
            self.finished.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(ConnectionError("the connection ended before its answer"))


def request(url: str, part: str) -> tuple[str, int, bytes]:
    """Where to connect, and the request as it stands on the wire."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, port = host.split(":")
    prefix = f"/{path}" if path else ""
    head = f"POST {prefix}/{part}v1/chat/completions HTTP/1.1\r\nHost: {host}\r\n"
    head += "Authorization: Bearer x\r\nAccept: application/json\r\nUser-Agent: bench\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(QUESTION)}\r\n\r\n"
    return name, int(port), head.encode() + QUESTION


async def load(url: str, part: str, end: bytes, seconds: float) -> tuple[int, float]:
    """How many answers came in how many seconds, with all clients asking at once."""
    host, port, data = request(url, part)
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    askers = [
        (await loop.create_connection(lambda: Asking(data, end, began + seconds), host, port))[1]
        for _ in range(CLIENTS)
    ]
    await asyncio.gather(*(asker.finished for asker in askers))
    return sum(asker.answered for asker in askers), time.perf_counter() - began


def latencies(url: str, part: str, end: bytes, count: int) -> list[float]:
    """Milliseconds from asking to the last byte, one after another, for at most half a second."""
    host, port, data = request(url, part)
    times: list[float] = []
    stop = time.perf_counter() + 0.5
    with socket.create_connection((host, port)) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while len(times) < count and time.perf_counter() < stop:
            began, came = time.perf_counter(), b""
            link.sendall(data)
            while not came.endswith(end):
                came += link.recv(65536)
            times.append((time.perf_counter() - began) * 1000)
    return times


def first_token(url: str) -> float:
    """Milliseconds to the first event of a stream that brings one every 20 ms, the median of five."""
    host, port, data = request(url, "paced/")
    times = []
    for _ in range(5):
        with socket.create_connection((host, port)) as link:
            began, came = time.perf_counter(), b""
            link.sendall(data)
            while b"data: " not in came:
                came += link.recv(65536)
            times.append((time.perf_counter() - began) * 1000)
    return middle(times)
