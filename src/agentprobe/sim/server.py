"""The simulated model as a real server on this machine: to start, to run until stopped, to lend to a test."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from agentprobe.errors import ConfigError
from agentprobe.sim.connection import Connection
from agentprobe.sim.engine import SimulatedModel

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that listens; `url` is where, without a path."""

    url: str
    server: asyncio.Server
    connections: set[Connection]

    async def close(self) -> None:
        """Stop listening and drop all clients."""
        self.server.close()
        for connection in tuple(self.connections):
            connection.close()
            await connection.gone.wait()
        await self.server.wait_closed()


async def start(model: SimulatedModel, host: str = "127.0.0.1", port: int = 0) -> Serving:
    """Listen; port 0 takes any free one. Raises ConfigError when the port is taken."""
    connections: set[Connection] = set()
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(lambda: Connection(model, connections), host, port)
    except OSError as error:
        why = error.strerror or error
        raise ConfigError(f"cannot listen on {host}:{port}: {why}; choose another port, or 0") from error
    taken = server.sockets[0].getsockname()[1]
    return Serving(f"http://{host}:{taken}", server, connections)


def serve(
    model: SimulatedModel, host: str = "127.0.0.1", port: int = 0, *, ready: Callable[[str], None]
) -> None:
    """Serve until the process is interrupted or told to end; `ready` is called once with the URL."""

    async def serving() -> None:
        stop = asyncio.Event()
        running = await start(model, host, port)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        ready(running.url)
        await stop.wait()
        await running.close()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serving())


@contextmanager
def background(model: SimulatedModel, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a thread of its own while the block runs; gives the URL, without a path."""
    loop = new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="agentprobe-sim", daemon=True)
    thread.start()
    try:
        running = asyncio.run_coroutine_threadsafe(start(model, host, port), loop).result(timeout=10)
        try:
            yield running.url
        finally:
            asyncio.run_coroutine_threadsafe(running.close(), loop).result(timeout=10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()
