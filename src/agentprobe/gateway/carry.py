"""A tunnel that is not looked into: bytes go through untouched, and only their number is known."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agentprobe.gateway.outward import Outward
from agentprobe.gateway.pool import CONNECT_SECONDS
from agentprobe.gateway.upstream import at_once

Count = Callable[[int], None]


class _End(asyncio.Protocol):
    """One end of a tunnel: what is heard here is said at the other, no faster than it is heard there."""

    def __init__(self, count: Count, greeting: bytes = b"") -> None:
        self._count = count
        self._greeting = greeting
        self.other: _End
        self.transport: asyncio.Transport
        self.finished = False
        """Has this side said all it has to say?"""
        self.gone = asyncio.get_running_loop().create_future()

    def connection_made(  # type: ignore[override]  # a stream's transport; uvloop's has no common class
        self, transport: asyncio.Transport
    ) -> None:
        self.transport = transport
        at_once(transport)
        if self._greeting:  # before anything that this side may say by itself
            self.other.transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        self._count(len(data))
        self.other.transport.write(data)

    def eof_received(self) -> bool:
        self.finished = True
        if self.other.finished or not self.other.transport.can_write_eof():
            self.other.transport.close()
            return False
        self.other.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        self.other.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self.finished = True
        if error is None:
            self.other.transport.close()
        else:
            self.other.transport.abort()
        if not self.gone.done():
            self.gone.set_result(None)


async def carry(
    transport: asyncio.Transport,
    place: tuple[str, int],
    outward: Outward,
    count: Count,
    *,
    early: bytes = b"",
    greeting: bytes = b"",
) -> None:
    """Connect an agent's connection with a place in the world until one of them ends.

    `early` is what the agent has already said; `greeting` tells it that the way is open. Raises OSError or
    TimeoutError when there is no way.
    """
    loop = asyncio.get_running_loop()
    here, there = _End(count), _End(count, greeting)
    here.other, there.other = there, here
    here.connection_made(transport)
    transport.pause_reading()
    async with asyncio.timeout(CONNECT_SECONDS):
        await outward.connect(loop, lambda: there, ("https", *place))
    try:
        if transport.is_closing():
            return
        transport.set_protocol(here)
        if early:
            here.data_received(early)
        transport.resume_reading()
        await asyncio.gather(here.gone, there.gone)
    finally:
        transport.abort()
        there.transport.abort()
