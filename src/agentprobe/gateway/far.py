"""The provider's end of a web socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from websockets.frames import Frame, Opcode

from agentprobe.adapters.web_socket import CONTROL, Assembly, FrameReader
from agentprobe.domain.wire import Headers, HttpRequest, header
from agentprobe.errors import CutOff, ServerError
from agentprobe.gateway.pool import CONNECT_SECONDS, Pool

if TYPE_CHECKING:
    from agentprobe.gateway.tunnel import Tunnel

HIGH = 1 << 20
"""Bytes that wait for the provider to read them before the agent is asked to pause."""
LARGEST_REFUSAL = 1 << 20
_EXTENSIONS = "sec-websocket-extensions"
"""What the two ends could agree on to compress frames; it is not offered on, so that frames stay readable."""


async def reach(pool: Pool, opening: HttpRequest) -> tuple[Far | None, bytes]:
    """Ask the provider for a web socket; gives its end, or None, and what it said, as bytes.

    Raises ServerError 502 when it cannot be reached or does not answer.
    """
    reader, writer = await pool.raw()
    lines = [f"{opening.method} {opening.target} HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket"]
    lines += [f"{name}: {value}" for name, value in opening.headers if name.lower() != _EXTENSIONS]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
            if head.split(b" ", 2)[1] == b"101":
                return Far(reader, writer), head
            refusal = head + await _body(reader, head)
    except (OSError, EOFError, asyncio.LimitOverrunError, IndexError, TimeoutError) as error:
        writer.transport.abort()
        raise ServerError(502, "agentprobe: the provider did not answer for a web socket") from error
    except BaseException:
        writer.transport.abort()
        raise
    writer.close()
    return None, refusal


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """The body of a refusal, by its length or up to the end of the connection."""
    length = header(_headers(head), "content-length")
    if length is not None and length.isdigit():
        return await reader.readexactly(min(int(length), LARGEST_REFUSAL))
    return b"" if header(_headers(head), "transfer-encoding") else await reader.read(LARGEST_REFUSAL)


def _headers(head: bytes) -> Headers:
    pairs = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:] if line)
    return tuple((name, value.strip()) for name, _, value in pairs)


class Far:
    """An open web socket to a provider."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = FrameReader(masked=False)
        self._assembly = Assembly()
        self._draining: asyncio.Task[None] | None = None

    @property
    def behind(self) -> bool:
        """Does more wait to be read by the provider than is good?"""
        return self._writer.transport.get_write_buffer_size() > HIGH

    async def caught_up(self) -> None:
        """Wait until the provider has read on."""
        await self._writer.drain()

    def send(self, frame: Frame) -> None:
        """Send a frame on."""
        if not self._writer.is_closing():
            self._writer.write(frame.serialize(mask=True))

    async def pump(self, tunnel: Tunnel) -> None:
        """Hand all that comes to the tunnel until the provider closes."""
        last: Frame | None = None
        try:
            while last is None and (data := await self._read(tunnel)):
                for frame in self._frames.feed(data):
                    if frame.opcode is Opcode.CLOSE:
                        last = frame
                    elif frame.opcode in CONTROL:
                        tunnel.tell(frame)
                    elif (message := self._assembly.take(frame)) is not None:
                        tunnel.heard(message)
        except (OSError, CutOff):
            pass
        tunnel.lost(last)

    async def _read(self, tunnel: Tunnel) -> bytes:
        await tunnel.room.wait()
        return await self._reader.read(1 << 16)

    def close(self, last: Frame | None) -> None:
        """Close, with a last frame where there is one to send."""
        if last is not None:
            self.send(last)
        self._writer.close()
