"""The gateway as a process of its own: it serves until it is told to end, and ends with what is under way."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentprobe.gateway.background import new_loop
from agentprobe.gateway.lobby import Guest, Lobby
from agentprobe.gateway.server import PROVIDERS, Gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a gateway stands and how long it waits."""

    host: str = "127.0.0.1"
    port: int = 0
    """0 takes any free one."""
    token: str = ""
    """The secret in its URL; a new one when it is empty."""
    close_after: float = 900.0
    """Seconds without a call after which a session ends."""
    grace: float = 30.0
    """Seconds in which calls under way may end when the gateway is told to."""


def serve(
    standing: Standing,
    open: Callable[[str], Guest],
    upstreams: Mapping[str, str] = PROVIDERS,
    *,
    ready: Callable[[str], None],
) -> tuple[Exception, ...]:
    """Serve until the process is interrupted or told to end; returns the defects of our own rooms.

    `open` begins the session of a name, `ready` is called once with the base URL. A second signal breaks off
    what is under way. Raises ConfigError when the port is taken or an upstream is no URL.
    """
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(_serving(standing, open, upstreams, ready))


async def _serving(
    standing: Standing,
    open: Callable[[str], Guest],
    upstreams: Mapping[str, str],
    ready: Callable[[str], None],
) -> tuple[Exception, ...]:
    gateway, told, again = Gateway(), asyncio.Event(), asyncio.Event()
    await gateway.start(standing.host, standing.port)
    url, lobby = gateway.open_lobby(open, upstreams, token=standing.token)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(
            number, lambda: (again if told.is_set() else told).set()
        )
    sweeping = asyncio.create_task(_sweep(lobby, standing.close_after))
    ready(url)
    await told.wait()
    sweeping.cancel()
    await _stop(gateway, lobby, again, standing.grace)
    return tuple(gateway.defects)


async def _sweep(lobby: Lobby, seconds: float) -> None:
    """End the sessions that have been quiet for so long."""
    while True:
        await asyncio.sleep(max(seconds / 10, 0.01))
        for name in tuple(lobby.quiet(seconds)):
            await lobby.end(name, 0.0)


async def _stop(gateway: Gateway, lobby: Lobby, again: asyncio.Event, grace: float) -> None:
    """Let what is under way end; break it off when told a second time."""
    under_way = lobby.under_way
    stopping = asyncio.create_task(gateway.stop(grace))
    impatient = asyncio.create_task(again.wait())
    await asyncio.wait((stopping, impatient), return_when=asyncio.FIRST_COMPLETED)
    if impatient.done():
        for task in under_way:
            task.cancel()
    impatient.cancel()
    await stopping
