"""Our standard streams and a child's, as asyncio reads and writes them, whatever they are connected to."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from contextlib import suppress
from typing import IO

BLOCK = 1 << 16


class Outlet(asyncio.BaseProtocol):
    """The writing end of a pipe."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._gone = asyncio.Event()
        self.broken = False
        """Has the reader gone?"""

    def write(self, data: bytes) -> None:
        """Write without waiting; `room` says when there is space again."""
        if self._transport is not None and not self.broken:
            self._transport.write(data)

    async def room(self) -> None:
        """Wait until the reader has taken enough of what was written."""
        await self._room.wait()

    async def close(self) -> None:
        """End the stream, once all that was written is taken or the reader has gone."""
        if self._transport is not None:
            self._transport.close()
            await self._gone.wait()

    def drop(self) -> None:
        """End the stream at once; what is not taken yet is lost."""
        self.broken = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(  # type: ignore[override]  # the transport of a pipe that is written to
        self, transport: asyncio.WriteTransport
    ) -> None:
        self._transport = transport

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.broken = True
        self._room.set()
        self._gone.set()


async def reading(file: IO[bytes]) -> asyncio.StreamReader:
    """What comes out of a file, pipe, socket or terminal."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(BLOCK)
    if not _is_pipe(file.fileno()):
        file = _read_by_thread(file)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return reader


async def writing(file: IO[bytes]) -> Outlet:
    """Where bytes go into a file, pipe, socket or terminal."""
    if not _is_pipe(file.fileno()):
        return _Plain(file)
    _, outlet = await asyncio.get_running_loop().connect_write_pipe(Outlet, file)
    return outlet


class _Plain(Outlet):
    """The writing end of what takes everything at once: a file, a terminal."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._handle = file.fileno()

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError:
            self.broken = True


def _is_pipe(handle: int) -> bool:
    """Can an event loop wait for it, and does it belong to us alone?

    A terminal is shared with others, whom it would disturb if it no longer made them wait.
    """
    mode = os.fstat(handle).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _read_by_thread(file: IO[bytes]) -> IO[bytes]:
    out, into = os.pipe()

    def copy() -> None:
        with suppress(OSError):
            while data := os.read(file.fileno(), BLOCK):
                while data:
                    data = data[os.write(into, data) :]
        os.close(into)

    threading.Thread(target=copy, name="agentprobe-input", daemon=True).start()
    return os.fdopen(out, "rb", buffering=0)
