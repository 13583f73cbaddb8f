"""The process of a tool server: started, written to and listened to, and at need ended and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from agentprobe.adapters.handed_down import apart
from agentprobe.errors import ConfigError
from agentprobe.mcp.pipes import Outlet, reading, writing


class ServerProcess:
    """A server's process and, where it is to end and come back, the one that comes in its place."""

    said: asyncio.StreamReader
    """What the server says."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._back: asyncio.Future[None] | None = None
        self._over = False
        self._child: subprocess.Popen[bytes]
        self._input: Outlet

    async def start(self) -> None:
        """Start it; raises ConfigError when it cannot be."""
        self._child = child = _started(self._command)
        assert child.stdin is not None
        assert child.stdout is not None
        self._input, self.said = await writing(child.stdin), await reading(child.stdout)
        if self._back is not None:
            self._back.set_result(None)
            self._back = None
        if self._over:
            await self._input.close()

    async def restart(self) -> None:
        """Have it end, at once and whatever it is doing, and wait until another one stands in its place.

        Whoever waits for `ended` is to start that one. Nothing happens where all is over.
        """
        if self._over:
            return
        if self._back is None:
            self._back = asyncio.get_running_loop().create_future()
            self.send_signal(signal.SIGKILL)
            self._input.drop()
        await self._back

    @property
    def comes_back(self) -> bool:
        """Has it ended, or is it about to, only to be started again?"""
        return self._back is not None

    def leave(self) -> None:
        """It has ended by itself, and none comes in its place."""
        self._over = True

    async def ended(self) -> int:
        """Wait until it ends; gives the exit code."""
        return await asyncio.to_thread(self._child.wait)

    def send_signal(self, number: int) -> None:
        """Pass a signal on, if there is somebody to take it."""
        with suppress(ProcessLookupError):
            self._child.send_signal(number)

    def write(self, data: bytes) -> None:
        """Say something to it, without waiting."""
        self._input.write(data)

    async def room(self) -> None:
        """Wait until it has taken enough of what was said."""
        await self._input.room()

    async def close(self) -> None:
        """Say that nothing more comes."""
        self._over = True
        await self._input.close()


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """The server's process; what it does by itself is no part of the agent's session."""
    told = apart(os.environ)
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=told, bufsize=0)
    except OSError as error:
        raise ConfigError(f"cannot start the tool server '{command[0]}': {error.strerror}") from error
