"""One address for many sessions: each begins when its name is first heard and ends when it is quiet."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from agentprobe.adapters.active import Answer
from agentprobe.basis.clock import Clock, RealClock
from agentprobe.errors import AgentProbeError, Refused
from agentprobe.gateway.door import Door
from agentprobe.gateway.heads import SESSION, Arrival, raw_header
from agentprobe.gateway.pool import Pool
from agentprobe.kernel.session import Session

if TYPE_CHECKING:
    from agentprobe.gateway.proxy import Proxying

RUN = "/run/"
"""What stands before a session's name in a path."""
MOST = 1000
"""Sessions that may be open at once."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAMED = "a session's name has 1 to 64 letters, digits, dots, dashes and underscores and begins with no dot"


class Guest(Protocol):
    """An open session that ends with the gateway's leave."""

    @property
    def session(self) -> Session: ...

    @property
    def answer(self) -> Answer | None: ...

    @property
    def simulated(self) -> bool: ...

    @property
    def proxying(self) -> Proxying | None:
        """What makes its door a proxy too, if it is one."""
        ...

    def close(self, status: str = "ok") -> None:
        """Write the end of what is recorded."""
        ...


class Lobby:
    """Leads each request to its session's door and opens the door where there is none yet.

    A request says which session it belongs to by a path that goes on with `/run/NAME`, or by the header
    `x-agentprobe-session`; one that says nothing belongs to the session of the name "".
    """

    def __init__(
        self, open: Callable[[str], Guest], pools: Mapping[str, Pool], clock: Clock | None = None
    ) -> None:
        self._open = open
        self._pools = pools
        self._clock = clock or RealClock()
        self._doors: dict[str, tuple[Door, Guest]] = {}
        self._heard: dict[str, float] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The sessions that are open."""
        return tuple(self._doors)

    def enter(self, arrival: Arrival, target: str) -> tuple[Door, str]:
        """The door of the session that a request belongs to, and the target behind it.

        Raises Refused when the name is none, when too many are open, or when a session cannot begin.
        """
        name, rest = named(arrival, target)
        return self.door(name), rest

    def door(self, name: str) -> Door:
        """The door of the session of this name, which has been heard.

        Raises Refused as `enter` does.
        """
        if name and not _NAME.fullmatch(name):
            raise Refused(f"'{name[:80]}' is no name; {_NAMED}", 400)
        self._heard[name] = self._clock.now()
        door, _ = self._doors.get(name) or self._begin(name)
        return door

    async def end(self, name: str, seconds: float) -> bool:
        """End a session when what is under way has ended, or after `seconds`; False when there is none."""
        door, guest = self._doors.pop(name, (None, None))
        self._heard.pop(name, None)
        if door is None or guest is None:
            return False
        await door.finish(seconds)
        guest.close("ok" if guest.session.boundary.stopped is None else "stopped")
        return True

    async def end_all(self, seconds: float) -> None:
        """End every session."""
        await asyncio.gather(*(self.end(name, seconds) for name in self.names))

    @property
    def under_way(self) -> tuple[asyncio.Task[None], ...]:
        """The calls that are being answered."""
        return tuple(task for door, _ in self._doors.values() for task in door.tasks)

    def quiet(self, seconds: float) -> Iterator[str]:
        """The sessions in which nothing is under way and nothing has been asked for so long."""
        since = self._clock.now() - seconds
        for name, (door, _) in self._doors.items():
            if not door.tasks and self._heard[name] <= since:
                yield name

    def _begin(self, name: str) -> tuple[Door, Guest]:
        if len(self._doors) >= MOST:
            raise Refused(f"{MOST} sessions are open here; end some with DELETE …{RUN}NAME", 503)
        try:
            guest = self._open(name)
        except AgentProbeError as error:
            raise Refused(f"the session cannot begin: {error}", 500) from error
        self._doors[name] = Door(guest, self._pools, proxying=guest.proxying), guest
        return self._doors[name]


def named(arrival: Arrival, target: str) -> tuple[str, str]:
    """The session's name that a request carries, in its path or else in its header, and the rest of its path.

    Raises Refused for what is no name.
    """
    if target.startswith(RUN):
        name, slash, rest = target.removeprefix(RUN).partition("/")
        name, query, _ = name.partition("?")
        target = slash + rest if not query else "/"
    elif (said := raw_header(arrival.headers, SESSION)) is not None:
        name = said.decode("latin-1").strip()
    else:
        return "", target
    if not _NAME.fullmatch(name):
        raise Refused(f"'{name[:80]}' is no name; {_NAMED}", 400)
    return name, target
