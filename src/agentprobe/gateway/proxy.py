"""The gateway as an HTTP proxy: an agent keeps its addresses, and what goes to models is read on the way."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from agentprobe.domain.hosts import is_provider
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import ConfigError, Refused
from agentprobe.gateway import refusals
from agentprobe.gateway.agent import AgentConnection
from agentprobe.gateway.authority import Authority
from agentprobe.gateway.carry import carry
from agentprobe.gateway.contacts import Contacts
from agentprobe.gateway.heads import Arrival, RawHeaders, raw_header, reply_bytes
from agentprobe.gateway.interception import Interception
from agentprobe.gateway.pool import Origin, Pool
from agentprobe.gateway.secure import HELLO, Secure

if TYPE_CHECKING:
    from agentprobe.gateway.door import Door
    from agentprobe.gateway.server import Gateway

USER = "session"
"""The name that goes with a session's token in a proxy's URL."""
_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
_WHO = "this proxy serves sessions of agentprobe; its URL looks like http://session:TOKEN@127.0.0.1:PORT"
_CHALLENGE = (("proxy-authenticate", 'Basic realm="agentprobe"'), ("connection", "close"))


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a host's calls go instead."""

    origin: Origin
    """With the path that takes the place of `usual`."""
    usual: str = ""

    def target(self, target: str) -> str:
        """The target there."""
        rest = target.removeprefix(self.usual) if target.startswith(f"{self.usual}/") else target
        return self.origin.path + rest


@dataclass(slots=True)
class Proxying:
    """What a session needs to be reached by proxy."""

    interception: Interception
    authority: Authority
    redirects: Mapping[str, Redirect] = field(default_factory=dict)
    contacts: Contacts = field(default_factory=Contacts)


class Aim(NamedTuple):
    """Where a request was meant to go, and goes."""

    place: tuple[str, int]
    pool: Pool
    target: str
    host: str | None
    """Another Host header than the one that was sent, if it must be."""
    of_models: bool
    """Does it go to where models live, so that a simulation answers whatever it asks?"""


class Within(NamedTuple):
    """Where a connection leads whose agent said so once, at its beginning."""

    key: tuple[str, str]
    """The session's name, where several share a token, and the token."""
    origin: Origin


class Stranger(Refused):
    """Whoever asks has no session's token."""


class ForwardProxy:
    """The part of the gateway that clients take for their proxy."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def entered(self, key: tuple[str, str]) -> Door:
        """The door of the session whose key a client shows.

        Raises Stranger where it is none, and Refused when its session cannot begin.
        """
        door = self._gateway.door(*key)
        if door is None or door.proxying is None:
            raise Stranger(_WHO, 407)
        return door

    def within(self, arrival: Arrival) -> tuple[Within, str]:
        """Where a request in absolute form leads, and the target there.

        Raises Refused for a stranger, and for what is no address.
        """
        key = _key(arrival.headers)
        door = self.entered(key)
        parts = urlsplit(arrival.target)
        try:
            origin = Origin.parse(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
        except ConfigError as error:
            raise Refused(str(error), 400) from error
        _proxying(door).contacts.opened((origin.host, origin.port), seen=True)
        target = arrival.target[len(parts.scheme) + 3 + len(parts.netloc) :]
        return Within(key, origin), target if target.startswith("/") else f"/{target}"

    def aim(self, door: Door, origin: Origin, target: str) -> Aim:
        """Where a request goes."""
        place = (origin.host, origin.port)
        redirect = _proxying(door).redirects.get(origin.host)
        if redirect is None:
            return Aim(place, self._gateway.pool(origin), target, None, is_provider(origin.host))
        pool = self._gateway.pool(redirect.origin)
        return Aim(place, pool, redirect.target(target), redirect.origin.address, True)

    # -- CONNECT ---------------------------------------------------------------------------------

    def connect(
        self, transport: asyncio.Transport, target: bytes, headers: RawHeaders, early: bytes
    ) -> HttpReply | None:
        """Open the way that CONNECT asks for; returns the refusal where there is none.

        `early` is what came behind the request.
        """
        key = _key(headers)
        try:
            door = self.entered(key)
        except Stranger:
            return stranger()
        except Refused as refusal:
            return refusals.plain(refusal.status, str(refusal))
        place = _place(target.decode("latin-1"))
        if place is None:
            return refusals.plain(400, "CONNECT names a host and a port, as in: CONNECT api.openai.com:443")
        if not _proxying(door).interception.covers(place[0]):
            self.carry(transport, door, place, early=early, greeting=_OPEN)
            return None
        transport.write(_OPEN)
        threshold = Threshold(self._gateway, transport, door, key, place)
        transport.set_protocol(threshold)
        if early:
            threshold.data_received(early)
        return None

    def carry(
        self,
        transport: asyncio.Transport,
        door: Door,
        place: tuple[str, int],
        *,
        early: bytes = b"",
        greeting: bytes = b"",
    ) -> None:
        """Let a connection through without looking into it."""
        contacts = _proxying(door).contacts
        contacts.opened(place, seen=False)

        async def carried() -> None:
            try:
                await carry(
                    transport,
                    place,
                    self._gateway.outward,
                    lambda size: contacts.carried(place, size),
                    early=early,
                    greeting=greeting,
                )
            except (OSError, TimeoutError) as error:
                if greeting and not transport.is_closing():
                    transport.write(_no_way(place, error))
                transport.close()

        task = asyncio.get_running_loop().create_task(carried())
        door.carried.add(task)
        task.add_done_callback(door.carried.discard)


class Threshold(asyncio.Protocol):
    """The beginning of a connection to a host that is read: TLS, plain HTTP, or neither of them."""

    def __init__(
        self,
        gateway: Gateway,
        transport: asyncio.Transport,
        door: Door,
        key: tuple[str, str],
        place: tuple[str, int],
    ) -> None:
        self._gateway = gateway
        self._transport = transport
        self._door = door
        self._key = key
        self._place = place
        gateway.connections.add(self)

    def close(self) -> None:
        """End the connection."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._gateway.connections.discard(self)
        if data[0] == HELLO:
            self._secure(data)
        elif data[:1].isalpha():
            self._go_on(self._inner("http"), data)
        else:
            self._gateway.proxy.carry(self._transport, self._door, self._place, early=data)

    def connection_lost(self, error: Exception | None) -> None:
        self._gateway.connections.discard(self)

    def _inner(self, scheme: str) -> AgentConnection:
        return AgentConnection(self._gateway, Within(self._key, Origin(scheme, *self._place)))

    def _go_on(self, inner: AgentConnection, data: bytes) -> None:
        _proxying(self._door).contacts.opened(self._place, seen=True)
        self._transport.set_protocol(inner)
        inner.connection_made(self._transport)
        inner.data_received(data)

    def _secure(self, data: bytes) -> None:
        proxying = _proxying(self._door)
        host = self._place[0]
        secure = Secure(
            self._transport,
            proxying.authority.context(host),
            self._inner("https"),
            stands=lambda: proxying.contacts.opened(self._place, seen=True),
            refused=lambda how: proxying.contacts.refused(self._place, how),
        )
        self._transport.set_protocol(secure)
        secure.data_received(data)


def stranger() -> HttpReply:
    """What a client without a session's token is told."""
    return refusals.plain(407, _WHO, (*refusals.NO_RETRY, *_CHALLENGE))


def speaks_mcp(arrival: Arrival) -> bool:
    """Is this a message to a tool server?"""
    headers = arrival.headers
    if raw_header(headers, b"mcp-protocol-version") or raw_header(headers, b"mcp-session-id"):
        return True
    accepts = raw_header(headers, b"accept") or b""
    return b"text/event-stream" in accepts and b'"jsonrpc"' in arrival.body[:4096]


def _proxying(door: Door) -> Proxying:
    assert door.proxying is not None
    return door.proxying


def _key(headers: RawHeaders) -> tuple[str, str]:
    """The name and the token in a request's credentials; the usual name stands for none."""
    scheme, _, words = (raw_header(headers, b"proxy-authorization") or b"").partition(b" ")
    if scheme.lower() != b"basic":
        return "", ""
    try:
        name, _, token = base64.b64decode(words).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return "" if name == USER else name, token


def _place(target: str) -> tuple[str, int] | None:
    parts = urlsplit(f"//{target}")
    try:
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and port else None


def _no_way(place: tuple[str, int], error: BaseException) -> bytes:
    why = "no connection in time" if isinstance(error, TimeoutError) else str(error)
    refusal = refusals.plain(502, f"agentprobe cannot reach {place[0]}:{place[1]}: {why}")
    return reply_bytes(refusal, chunked=False, close=True) + refusal.body
