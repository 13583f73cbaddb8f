"""The gateway's own way out: straight to a host, or through the proxy that the environment names."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from agentprobe.domain.wire import Headers
from agentprobe.gateway.upstream import at_once

MOST_SAID = 64 * 1024
"""Bytes in which a proxy must have said whether it connects us."""
P = TypeVar("P", bound=asyncio.Protocol)


class NoWayOut(OSError):
    """A proxy stands between and does not let us through; the message says what it said."""


@dataclass(frozen=True, slots=True)
class OuterProxy:
    """A proxy of the user's network."""

    scheme: str
    host: str
    port: int
    authorization: str = ""
    variable: str = ""
    """Which variable names it."""

    @classmethod
    def parse(cls, url: str, variable: str) -> OuterProxy:
        """Read a variable's value, which may lack its scheme."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port or {"https": 443}.get(parts.scheme, 80)
        return cls(parts.scheme, parts.hostname or "", port, _authorization(parts), variable)

    @property
    def headers(self) -> Headers:
        """How we tell it who we are."""
        return (("Proxy-Authorization", self.authorization),) if self.authorization else ()

    def __str__(self) -> str:
        return f"the proxy {self.scheme}://{self.host}:{self.port} that {self.variable} names"


def _authorization(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"


class Outward:
    """Which way leads to a host, by `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.

    What lies on this machine is always reached straight. Names in lower case go before those in upper case.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._direct = [
            word.strip().lower() for word in (_found(environ, "no_proxy")[1]).split(",") if word.strip()
        ]

    def proxy(self, scheme: str, host: str, port: int) -> OuterProxy | None:
        """The proxy on the way to a host; None where there is none."""
        if _is_here(host) or any(_matches(word, host.lower(), port) for word in self._direct):
            return None
        for name in (f"{scheme}_proxy", "all_proxy"):
            variable, url = _found(self._environ, name)
            if url:
                return OuterProxy.parse(url, variable)
        return None

    async def connect(
        self,
        loop: asyncio.AbstractEventLoop,
        make: Callable[[], P],
        target: tuple[str, str, int],
        tls: ssl.SSLContext | None = None,
    ) -> tuple[asyncio.Transport, P]:
        """Connect to a scheme, host and port; through a proxy the whole way is a tunnel.

        Raises OSError when there is no way.
        """
        scheme, host, port = target
        proxy = self.proxy(scheme, host, port)
        if proxy is None:
            return await loop.create_connection(make, host, port, ssl=tls)
        transport, asking = await self.at(loop, proxy, _Asking)
        protocol = make()
        try:
            early = await asking.asked(proxy, host, port)
            if tls is not None:
                secured = await loop.start_tls(transport, protocol, tls, server_hostname=host)
                if secured is None:
                    raise NoWayOut(f"{proxy} closed the connection to {host}:{port}")
                transport = secured
            else:
                transport.set_protocol(protocol)
        except BaseException:
            transport.abort()
            raise
        protocol.connection_made(transport)
        if early:
            protocol.data_received(early)
        return transport, protocol

    async def at(
        self, loop: asyncio.AbstractEventLoop, proxy: OuterProxy, make: Callable[[], P]
    ) -> tuple[asyncio.Transport, P]:
        """A connection to the proxy itself."""
        if proxy.scheme not in ("http", "https") or not proxy.host:
            raise NoWayOut(f"{proxy} is none that agentprobe can speak to; it speaks to HTTP proxies")
        tls = ssl.create_default_context() if proxy.scheme == "https" else None
        try:
            return await loop.create_connection(make, proxy.host, proxy.port, ssl=tls)
        except OSError as error:
            raise NoWayOut(f"{proxy} cannot be reached: {error.strerror or error}") from error


class _Asking(asyncio.Protocol):
    """Asks a proxy for a tunnel."""

    def __init__(self) -> None:
        self._said = bytearray()
        self._answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(  # type: ignore[override]  # a stream's transport; uvloop's has no common class
        self, transport: asyncio.Transport
    ) -> None:
        self._transport = transport
        at_once(transport)

    def data_received(self, data: bytes) -> None:
        self._said += data
        if (b"\r\n\r\n" in self._said or len(self._said) > MOST_SAID) and not self._answer.done():
            self._answer.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_result(None)

    async def asked(self, proxy: OuterProxy, host: str, port: int) -> bytes:
        """Ask, and return what already came through the tunnel; raises NoWayOut when there is none."""
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}", *map(": ".join, proxy.headers), "", ""]
        self._transport.write("\r\n".join(lines).encode("latin-1"))
        await self._answer
        head, end, early = bytes(self._said).partition(b"\r\n\r\n")
        first = head.split(b"\r\n")[0].decode("latin-1")
        if not end or first.split(" ")[1:2] != ["200"]:
            said = f"said '{first[:200]}'" if first else "closed the connection"
            raise NoWayOut(f"{proxy} {said} when asked for {place}")
        return early


def _found(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    for spelled in (name, name.upper()):
        if environ.get(spelled):
            return spelled, environ[spelled]
    return name, ""


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _matches(word: str, host: str, port: int) -> bool:
    """Does an entry of NO_PROXY speak of this host? `*`, a domain, an address, a network; perhaps a port."""
    if word == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(word, strict=False)
    except ValueError:
        pass
    name, colon, said = word.rpartition(":")
    if colon and said.isdigit() and not name.endswith(":"):
        word = name if int(said) == port else ""
    word = word.lstrip("*").strip("[]").lstrip(".")
    return bool(word) and (host == word or host.endswith(f".{word}"))
