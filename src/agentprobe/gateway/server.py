"""The gateway: a reverse proxy on loopback, one door a session, every model call through its corridor."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping

from agentprobe.errors import ConfigError
from agentprobe.gateway import refusals
from agentprobe.gateway.agent import AgentConnection
from agentprobe.gateway.door import Door, Opened
from agentprobe.gateway.exchange import Exchange
from agentprobe.gateway.heads import Arrival
from agentprobe.gateway.pool import Origin, Pool

PROVIDERS: Mapping[str, str] = {
    "openai": "https://api.openai.com",
    "anthropic": "https://api.anthropic.com",
}
"""Where the model calls of a session go when nobody says otherwise."""
_NO_SESSION = (
    "no session of agentprobe lives at this address; a session's base URL looks like "
    "http://127.0.0.1:PORT/s/TOKEN and ends with its run"
)


class Gateway:
    """Listens on this machine alone; the token in a session's URL is what lets an agent in.

    All methods but `open_session` belong to the loop that started it.
    """

    def __init__(self) -> None:
        self.connections: set[AgentConnection] = set()
        self.defects: list[Exception] = []
        """What went wrong in our own rooms, in the order it did."""
        self.port = 0
        self._host = "127.0.0.1"
        self._doors: dict[str, Door] = {}
        self._pools: dict[Origin, Pool] = {}
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Begin to listen; port 0 takes any free one.

        Raises ConfigError when the port is taken.
        """
        self._loop = asyncio.get_running_loop()
        try:
            self._server = await self._loop.create_server(lambda: AgentConnection(self), host, port)
        except OSError as error:
            raise ConfigError(
                f"the gateway cannot listen on {host}:{port}: {error.strerror or error}"
            ) from error
        self._host = host
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Where the gateway listens."""
        return f"http://{self._host}:{self.port}"

    def open_session(self, opened: Opened, upstreams: Mapping[str, str] = PROVIDERS) -> str:
        """Give a session its base URL; `upstreams` says by dialect or provider where its calls go.

        Raises ConfigError for an upstream that is no URL.
        """
        pools = {name: self._pool(Origin.parse(url)) for name, url in upstreams.items()}
        token = secrets.token_urlsafe(16)
        self._doors[token] = Door(opened, pools)
        return f"{self.url}/s/{token}"

    async def close_session(self, url: str, seconds: float = 2.0) -> None:
        """Shut a session's door; what is under way may end within `seconds` and is then cancelled."""
        door = self._doors.pop(url.rpartition("/")[2], None)
        if door is not None:
            await _settle(door.tasks, seconds)

    async def stop(self, seconds: float = 5.0) -> None:
        """Take no new requests, let those under way end within `seconds`, and close everything."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.connections):
            connection.close()
        await asyncio.gather(*(self.close_session(token, seconds) for token in tuple(self._doors)))
        for pool in self._pools.values():
            pool.close()
        await asyncio.sleep(0)  # lets the transports say goodbye

    async def answer(self, arrival: Arrival, exchange: Exchange) -> None:
        """Answer one request of an agent."""
        door, target = self._enter(arrival.target)
        if door is None:
            exchange.say(refusals.plain(404, _NO_SESSION, refusals.NO_RETRY))
            return
        task = asyncio.current_task()
        assert task is not None
        door.tasks.add(task)
        try:
            defect = await exchange.answer(*door.pieces(arrival, target))
            if defect is not None:
                self.defects.append(defect)
        finally:
            door.tasks.discard(task)

    def _enter(self, target: str) -> tuple[Door | None, str]:
        """Find the door that a target names, and the target behind it."""
        if not target.startswith("/s/"):
            return None, target
        token, slash, rest = target[3:].partition("/")
        return self._doors.get(token), slash + rest

    def _pool(self, origin: Origin) -> Pool:
        return self._pools.setdefault(origin, Pool(origin, self._loop))


async def _settle(tasks: set[asyncio.Task[None]], seconds: float) -> None:
    if not tasks:
        return
    _, late = await asyncio.wait(tuple(tasks), timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=seconds)
