"""A model provider that answers at once with fixed bytes, and the questions that it is asked.

Run as a program it is that provider: it prints its URL and serves until its standard input ends. It also
takes the traces that exporters send, and tells how many bytes came for whom: `GET /sink/NAME`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections import Counter
from typing import Any

PACE = 0.02
SLOW_PACE = 0.022
"""Of a stream of 1.1 seconds."""
EVENTS = 50
MODEL = "gpt-test"

# -- what is asked -----------------------------------------------------------------------------------

PARAMETERS = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {"name": f"tool_{n}", "description": "Finds an order.", "parameters": PARAMETERS},
    }
    for n in range(5)
]
SHORT: list[Any] = [
    {"role": "system", "content": "You help customers with their orders. " * 14},
    {"role": "user", "content": "How many orders are late, as far as the records say?"},
]
"""0.6 KB of prompt."""
LONG: list[Any] = [
    *SHORT,
    *(
        {"role": ("assistant", "user")[n % 2], "content": f"{n}: the order is on its way. " * 17}
        for n in range(200)
    ),
]
"""100 KB of conversation."""
QUESTION = json.dumps({"model": MODEL, "messages": SHORT, "tools": TOOLS}).encode()

# -- what is answered --------------------------------------------------------------------------------

MESSAGE = {"role": "assistant", "content": "Seventeen, as far as the records say."}
USAGE = {"prompt_tokens": 120, "completion_tokens": 9, "total_tokens": 129}
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1767603600,
        "model": MODEL,
        "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
        "usage": USAGE,
    }
).encode()
JSON_REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(ANSWER),
    ANSWER,
)
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAM_END = b"0\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice]}
    return _chunk(b"data: " + json.dumps(told).encode() + b"\n\n")


WORDS = [_event({"content": f"word{number} "}) for number in range(EVENTS)]
LAST = _event({}, "stop") + _chunk(b"data: [DONE]\n\n") + STREAM_END
STREAM = [_event({"role": "assistant", "content": ""}), *WORDS, LAST]
"""52 events and the terminator, each event a chunk of its own on the wire."""

# -- the server --------------------------------------------------------------------------------------

_taken: Counter[str] = Counter()


class Provider(asyncio.Protocol):
    """Answers at once: JSON, a stream, or a paced stream, by path or by what the body asks for."""

    def connection_made(  # type: ignore[override]  # a stream's transport
        self, transport: asyncio.Transport
    ) -> None:
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.task: asyncio.Task[None] | None = None
        self.parts: list[bytes] = []
        self.missing = 0

    def connection_lost(self, error: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        if not self.parts:
            head, _, body = data.partition(b"\r\n\r\n")
            self.missing = _length(head) - len(body)
        else:
            self.missing -= len(data)
        self.parts.append(data)
        if self.missing <= 0:
            whole, self.parts = b"".join(self.parts), []
            self.answer(whole)

    def answer(self, request: bytes) -> None:
        """Answer a request that has come whole."""
        target = request.split(b" ", 2)[1]
        if b"/sink/" in target:
            self.take(target.decode(), len(request))
        elif b"slow" in target:
            self.task = asyncio.get_running_loop().create_task(self.pace(WORDS, SLOW_PACE))
        elif b"paced" in target:
            self.task = asyncio.get_running_loop().create_task(self.pace(WORDS[:10], PACE))
        elif b"stream" in target or b'"stream":true' in request:
            self.transport.write(STREAM_HEAD + b"".join(STREAM))
        else:
            self.transport.write(JSON_REPLY)

    def take(self, target: str, size: int) -> None:
        """Count what an exporter sends; tell the sum to whom only asks."""
        name = target.split("/sink/")[1].partition("/")[0]
        if target.endswith("/traces"):
            _taken[name] += size
        body = str(_taken[name]).encode()
        reply = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b"
        self.transport.write(reply % (len(body), body) if not target.endswith("/traces") else _THANKS)

    async def pace(self, events: list[bytes], seconds: float) -> None:
        """Stream events one by one."""
        self.transport.write(STREAM_HEAD)
        for event in events:
            await asyncio.sleep(seconds)
            self.transport.write(event)
        self.transport.write(LAST)


_THANKS = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"


def _length(head: bytes) -> int:
    found = head.lower().partition(b"content-length:")[2].split(b"\r", 1)[0]
    return int(found or 0)


async def provide() -> None:
    """Serve until the standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Provider, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    import uvloop

    uvloop.run(provide())
