"""The connection watch: where this process connects to, and which hook knew what went there."""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar

from agentprobe.adapters.post_import import WhenImported
from agentprobe.domain.hosts import is_provider

TYPE_CHECKING = False  # every import here is paid for at the start of every process
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token
    from types import ModuleType
    from typing import Any

    from agentprobe.adapters.coverage_log import CoverageLog

GATEWAY = "gateway"
_STREAM = 1
"""`SOCK_STREAM`: what has no stream asks for names or the time, and carries no model call."""
_PHONES_HOME = ("/traces/ingest", "/v1/traces")
"""Paths that are no model's also on the host of one."""
_leading: ContextVar[str] = ContextVar("agentprobe_leading", default="")
_watch: _Watch | None = None


def begin(log: CoverageLog | None, door: str, *, simulated: bool = False, proxied: bool = False) -> None:
    """Watch this process from now on; `door` is the gateway's address for the session.

    In a simulated session the names of model providers do not resolve, whoever asks for them.
    """
    global _watch
    if _watch is not None:
        return
    _watch = _Watch(log, door, simulated=simulated, proxied=proxied)
    sys.addaudithook(_watch.audit)
    _watch.names.start()
    os.register_at_fork(after_in_child=_watch.forked)


def attached(name: str, why: str = "") -> None:
    """Say that a way in stands open, or `why` it does not."""
    if _watch is not None:
        _watch.way({"name": name} if not why else {"name": name, "attached": False, "why": why})


def finish() -> None:
    """Say how often each connection was made in all."""
    if _watch is not None:
        _watch.finish()


def is_door(host: str, port: int | None) -> bool:
    """Is this the gateway of the process's session?"""
    return _watch is not None and (host, port) == _watch.door


def has_proxy() -> bool:
    """Is the gateway this process's proxy too, for all that heeds its variables?"""
    return _watch is not None and _watch.proxied


def default_port(scheme: str) -> int:
    """The port of a URL that names none."""
    return 443 if scheme in ("https", "wss") else 80


def is_led() -> bool:
    """Is a hook at work already? Then whatever library lies below it has nothing to add."""
    return bool(_leading.get())


class led_by:  # noqa: N801 - used as the function that contextlib would make of it
    """While a hook of `library` carries a call out: the connections made are known to it."""

    __slots__ = ("_library", "_token")

    def __init__(self, library: str) -> None:
        self._library = library

    def __enter__(self) -> None:
        self._token: Token[str] = _leading.set(self._library)

    def __exit__(self, *_: object) -> None:
        _leading.reset(self._token)


def sent(host: str, port: int, library: str, *, seen: bool, path: str = "", purpose: str = "") -> None:
    """A hook says where a request goes, and whether it is `seen`, in the trace, or passes unrecorded."""
    if _watch is not None:
        purpose = "telemetry" if path.endswith(_PHONES_HOME) else purpose
        _watch.count(host, port, "", library if seen else "", purpose)


def is_on() -> bool:
    """Is this process watched?"""
    return _watch is not None


def met(address: str, port: int, library: str) -> None:
    """A hook says whom it was connected to, for event loops of which Python hears nothing."""
    if _watch is not None and (address, port) != _watch.door:
        _watch.meet(address, port, library)


class _Watch:
    """One process's connections, each written down when it is first made."""

    def __init__(self, log: CoverageLog | None, door: str, *, simulated: bool, proxied: bool = False) -> None:
        self._simulated = simulated
        self.proxied = proxied
        self.door = _address(door)
        self.names = WhenImported(("socket",), self._learn_names)
        self._log = log
        self._hosts: dict[str, str] = {}
        self._met: set[tuple[str, int]] = set()
        self._times: dict[tuple[str, int, str, str, str], int] = {}

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """What Python tells of everything that is done; it must never raise."""
        if event != "socket.connect":
            return
        try:
            link, address = args
            if isinstance(address, tuple) and len(address) >= 2 and link.type & 15 == _STREAM:
                self._connected(_text(address[0]), int(address[1]))
        except Exception:  # noqa: BLE001, S110 - the agent's connection goes first; the outside view remains
            pass

    def _connected(self, address: str, port: int) -> None:
        if (address, port) == self.door:
            self.count(address, port, address, GATEWAY)
            return
        host = self._hosts.get(address, address)
        self.count(host, port, address, _leading.get())

    def meet(self, address: str, port: int, library: str) -> None:
        if (address, port) not in self._met:
            self.count(self._hosts.get(address, address), port, address, library)

    def way(self, way: dict[str, Any]) -> None:
        if self._log is not None:
            self._log.add(ways=(way,))

    def count(self, host: str, port: int, address: str, seen_by: str, purpose: str = "") -> None:
        key = (host, port, address, seen_by, purpose)
        self._times[key] = times = self._times.get(key, 0) + 1
        if address:
            self._met.add((address, port))
        if times == 1 and self._log is not None:
            self._log.add(connections=(_connection(key, 1),))

    def finish(self) -> None:
        often = [_connection(key, times) for key, times in self._times.items() if times > 1]
        if often and self._log is not None:
            self._log.add(connections=often)

    def forked(self) -> None:
        """A forked child tells its own connections under its own process id."""
        self._times.clear()
        self._met.clear()
        if self._log is not None:
            self._log.forked()
            self._log.add(ways=({"name": "python"},))

    def _learn_names(self, module: ModuleType) -> None:
        socket: Any = module
        own: Callable[..., Any] = socket.getaddrinfo

        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            if self._simulated and isinstance(host, str | bytes) and is_provider(_text(host)):
                why = f"this session is simulated: nothing is sent to {_text(host)}"
                raise socket.gaierror(socket.EAI_FAIL, why)
            found = own(host, *args, **kwargs)
            if host is not None:
                self._hosts.update({_text(one[4][0]): _text(host) for one in found if one[4]})
            return found

        socket.getaddrinfo = getaddrinfo


def _connection(key: tuple[str, int, str, str, str], times: int) -> dict[str, Any]:
    host, port, address, seen_by, purpose = key
    found: dict[str, Any] = {"host": host, "port": port, "times": times, "address": address}
    return {**found, "seen_by": seen_by, "purpose": purpose}


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def _address(door: str) -> tuple[str, int]:
    """Host and port of the gateway's URL."""
    host, _, port = door.partition("://")[2].partition("/")[0].rpartition(":")
    return host, int(port) if port.isdigit() else 0
