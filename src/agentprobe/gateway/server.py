"""The gateway: a reverse proxy on loopback, one door a session, every model call through its corridor."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Protocol

from agentprobe.dialects import Dialect
from agentprobe.domain.wire import Piece
from agentprobe.errors import ConfigError, Refused
from agentprobe.gateway import refusals
from agentprobe.gateway.agent import AgentConnection
from agentprobe.gateway.door import Door, Entrance, Opened
from agentprobe.gateway.exchange import Exchange
from agentprobe.gateway.heads import Arrival
from agentprobe.gateway.lobby import Guest, Lobby, named
from agentprobe.gateway.outward import Outward
from agentprobe.gateway.pool import Origin, Pool
from agentprobe.gateway.proxy import ForwardProxy, Proxying, Stranger, Within, speaks_mcp, stranger
from agentprobe.gateway.tunnel import Tunnel

PROVIDERS: Mapping[str, str] = {
    "openai": "https://api.openai.com",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com",
    "ollama": "http://127.0.0.1:11434",
}
"""Where the model calls of a session go when nobody says otherwise."""
SETTLE = 10.0
"""Seconds in which what is under way may end when an agent asks for the end of its session."""
_NO_SESSION = (
    "no session of agentprobe lives at this address; a session's base URL looks like "
    "http://127.0.0.1:PORT/s/TOKEN and ends with its run"
)


class Closable(Protocol):
    """A connection, as far as its end goes."""

    def close(self) -> None: ...


class Gateway:
    """Listens on this machine alone; the token in a session's URL is what lets an agent in.

    All methods but `open_session` belong to the loop that started it. Its own calls leave by the proxies
    that `environ` names.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self.outward = Outward(os.environ if environ is None else environ)
        self.proxy = ForwardProxy(self)
        self.connections: set[Closable] = set()
        self.defects: list[Exception] = []
        """What went wrong in our own rooms, in the order it did."""
        self.port = 0
        self._host = "127.0.0.1"
        self._doors: dict[str, Entrance] = {}
        self._lobbies: dict[str, Lobby] = {}
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
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    def open_session(
        self, opened: Opened, upstreams: Mapping[str, str] = PROVIDERS, proxying: Proxying | None = None
    ) -> str:
        """Give a session its base URL; `upstreams` says by dialect or provider where its calls go.

        With `proxying` the gateway is the session's proxy too. Raises ConfigError for an upstream that is no
        URL.
        """
        pools = {name: self.pool(Origin.parse(url)) for name, url in upstreams.items()}
        token = secrets.token_urlsafe(16)
        self._doors[token] = Door(opened, pools, proxying=proxying)
        return f"{self.url}/s/{token}"

    def open_door(self, make: Callable[[Pool], Entrance], url: str, *, token: str = "") -> str:
        """Give a door of another kind its base URL; `make` gets the connections to where `url` leads.

        Raises ConfigError for an upstream that is no URL.
        """
        token = token or secrets.token_urlsafe(16)
        self._doors[token] = make(self.pool(Origin.parse(url)))
        return f"{self.url}/s/{token}"

    def open_lobby(
        self, open: Callable[[str], Guest], upstreams: Mapping[str, str] = PROVIDERS, *, token: str = ""
    ) -> tuple[str, Lobby]:
        """Give many sessions one base URL; `open` begins the session of a name when it is first heard."""
        pools = {name: self.pool(Origin.parse(url)) for name, url in upstreams.items()}
        token = token or secrets.token_urlsafe(16)
        lobby = self._lobbies[token] = Lobby(open, pools)
        return f"{self.url}/s/{token}", lobby

    def door(self, name: str, token: str) -> Door | None:
        """The door of the session with this token, and this name where several share it.

        Raises Refused when a session of that name cannot begin.
        """
        if (lobby := self._lobbies.get(token)) is not None:
            return lobby.door(name)
        door = self._doors.get(token)
        return door if isinstance(door, Door) else None

    async def close_session(self, url: str, seconds: float = 2.0) -> None:
        """Shut a session's door; what is under way may end within `seconds` and is then cancelled."""
        door = self._doors.pop(url.rpartition("/")[2], None)
        if door is not None:
            await door.finish(seconds)

    async def stop(self, seconds: float = 5.0) -> None:
        """Take no new requests, let those under way end within `seconds`, and close everything."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.connections):
            connection.close()
        doors = (self.close_session(token, seconds) for token in tuple(self._doors))
        await asyncio.gather(*doors, *(lobby.end_all(seconds) for lobby in self._lobbies.values()))
        for pool in self._pools.values():
            pool.close()
        await asyncio.sleep(0)  # lets the transports say goodbye

    async def answer(self, arrival: Arrival, exchange: Exchange, within: Within | None = None) -> None:
        """Answer one request of an agent; `within` says where it goes when it came through the proxy."""
        try:
            if within is not None:
                await self._forward(arrival, exchange, within, arrival.target)
            elif not arrival.target.startswith("/"):
                await self._forward(arrival, exchange, *self.proxy.within(arrival))
            elif isinstance(found := self._enter(arrival), Lobby):
                await _end_session(found, arrival, exchange)
            else:
                door, target = found
                await self._answer(door, exchange, door.pieces(arrival, target))
        except Stranger:
            exchange.say(stranger())
        except Refused as refusal:
            exchange.say(refusals.plain(refusal.status, f"agentprobe: {refusal}", refusals.NO_RETRY))

    async def _forward(self, arrival: Arrival, exchange: Exchange, within: Within, target: str) -> None:
        door = self.proxy.entered(within.key)
        aim = self.proxy.aim(door, within.origin, target)
        dialect, pieces = door.forwarded(arrival, aim)
        proxying = door.proxying
        if proxying is not None and (dialect is not None or speaks_mcp(arrival)):
            proxying.contacts.purpose(aim.place, "mcp" if dialect is None else "model")
        await self._answer(door, exchange, (dialect, pieces))

    async def _answer(
        self, door: Entrance, exchange: Exchange, reply: tuple[Dialect | None, AsyncGenerator[Piece, None]]
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        door.tasks.add(task)
        try:
            defect = await exchange.answer(*reply)
            if defect is not None:
                self.defects.append(defect)
        finally:
            door.tasks.discard(task)

    def tunnel(self, arrival: Arrival, transport: asyncio.Transport, within: Within | None = None) -> Tunnel:
        """A web socket for a request that asks for one; raises Refused when there is no such session."""
        target = arrival.target
        if within is None and not target.startswith("/"):
            within, target = self.proxy.within(arrival)
        if within is not None:
            entered = self.proxy.entered(within.key)
            aim = self.proxy.aim(entered, within.origin, target)
            opening = arrival.request(aim.target, aim.host)
            return Tunnel(opening, aim.pool, entered, transport, self.defects, of_models=aim.of_models)
        found = self._enter(arrival)
        if isinstance(found, Lobby):
            raise Refused(_NO_SESSION, 404)
        door, target = found
        if not isinstance(door, Door):
            raise Refused("no web sockets lead to a tool server", 501)
        return Tunnel(*door.opening(arrival, target), door, transport, self.defects)

    def _enter(self, arrival: Arrival) -> tuple[Entrance, str] | Lobby:
        """The door that a request goes through and its target behind it; the lobby, when it ends a session.

        Raises Refused when there is no such door.
        """
        if arrival.target.startswith("/s/"):
            token, slash, rest = arrival.target[3:].partition("/")
            if (door := self._doors.get(token)) is not None:
                return door, slash + rest
            if (lobby := self._lobbies.get(token)) is not None:
                return lobby if _ends(arrival, slash + rest) else lobby.enter(arrival, slash + rest)
        raise Refused(_NO_SESSION, 404)

    def pool(self, origin: Origin) -> Pool:
        """The connections to a provider."""
        if origin not in self._pools:
            self._pools[origin] = Pool(origin, self._loop, self.outward)
        return self._pools[origin]


def _ends(arrival: Arrival, target: str) -> bool:
    """Does a request ask for the end of its session?"""
    return arrival.method == "DELETE" and named(arrival, target)[1] in ("", "/")


async def _end_session(lobby: Lobby, arrival: Arrival, exchange: Exchange) -> None:
    name, _ = named(arrival, "/" + arrival.target[3:].partition("/")[2])
    if await lobby.end(name, SETTLE):
        exchange.say(refusals.plain_reply(200, {"ended": name}))
    else:
        exchange.say(refusals.plain(404, f"agentprobe: no session '{name}' is open", refusals.NO_RETRY))
