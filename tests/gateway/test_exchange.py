"""How a reply leaves towards the agent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from agentprobe.domain.wire import Chunk, HttpReply, Piece
from agentprobe.gateway.exchange import Exchange


class Writes(asyncio.Transport):
    """A transport that keeps what was written, one entry a write."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.kept.append(bytes(data))


def written(*pieces: Piece, wait_after: int = -1) -> list[bytes]:
    """What is written for these pieces, when the world pauses once after one of them."""

    async def coming() -> AsyncGenerator[Piece, None]:
        for number, piece in enumerate(pieces):
            yield piece
            if number == wait_after:
                await asyncio.sleep(0.01)

    async def answering() -> list[bytes]:
        transport = Writes()
        assert await Exchange(transport, keep=True).answer(None, coming()) is None
        return transport.kept

    return asyncio.run(answering())


STATED = HttpReply(status=200, headers=(("content-length", "4"),))
OPEN = HttpReply(status=200)


def test_a_reply_that_is_there_at_once_leaves_in_one_write() -> None:
    (whole,) = written(STATED, Chunk(b"good"))
    assert whole.startswith(b"HTTP/1.1 200 OK")
    assert whole.endswith(b"good")


def test_what_has_come_does_not_wait_for_what_has_not() -> None:
    head, rest = written(OPEN, Chunk(b"good"), wait_after=0)
    assert head.endswith(b"\r\n\r\n")
    assert rest == b"4\r\ngood\r\n0\r\n\r\n"
    first, end = written(OPEN, Chunk(b"good"), wait_after=1)
    assert first.endswith(b"4\r\ngood\r\n")
    assert end == b"0\r\n\r\n"


def test_a_large_piece_leaves_at_once() -> None:
    size = 100_000
    head_and_body, _ = written(OPEN, Chunk(b"x" * size))
    assert len(head_and_body) > size
