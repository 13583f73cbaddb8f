"""Where a session's agent has turned through the proxy, and how much of it was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentprobe.domain.hosts import is_provider, is_telemetry
from agentprobe.trace.records import Connection, CoverageRecord, Way
from agentprobe.trace.writer import TraceWriter

WAY = "proxy"
"""What the proxy is called as a way in, and as the one who tells of its connections."""
Place = tuple[str, int]


@dataclass(slots=True)
class _Contact:
    times: int = 0
    seen: bool = False
    purpose: str = ""
    carried: int = 0


@dataclass(slots=True)
class Contacts:
    """Counts an agent's connections by host and port, apart those that were read and those only carried."""

    _all: dict[tuple[Place, bool], _Contact] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    """The hosts whose clients would not trust our authority, and how they said so."""

    def opened(self, place: Place, *, seen: bool, purpose: str = "") -> None:
        """A connection is there, or a request was made on one that is read."""
        contact = self._all.setdefault((place, seen), _Contact(seen=seen))
        contact.times += 1
        contact.purpose = contact.purpose or purpose or _purpose(place[0])

    def purpose(self, place: Place, purpose: str) -> None:
        """What was read there says what it is for."""
        contact = self._all.get((place, True))
        if contact is not None:
            contact.purpose = purpose

    def refused(self, place: Place, how: str) -> None:
        """The agent would not speak to us in that host's name."""
        self.opened(place, seen=False)
        self.refusals[place[0]] = how

    def carried(self, place: Place, size: int) -> None:
        """So many bytes went by unread, either way."""
        contact = self._all.get((place, False))
        if contact is not None:
            contact.carried += size

    @property
    def complaints(self) -> tuple[str, ...]:
        """What people should know, with what to do about it."""
        return tuple(_refused(host, how) for host, how in self.refusals.items())

    def write(self, writer: TraceWriter) -> None:
        """Add what is known to a trace."""
        unmet = tuple(
            Way(name=WAY, attached=False, why=_refused(host, how)) for host, how in self.refusals.items()
        )
        writer.add(
            CoverageRecord(
                order=writer.order(WAY),
                by=WAY,
                at=writer.elapsed(),
                process="the agent, through the proxy",
                ways=(Way(name=WAY), *unmet),
                connections=tuple(_connection(place, contact) for (place, _), contact in self._all.items()),
            )
        )

    @property
    def hosts(self) -> Mapping[str, bool]:
        """Every host that was turned to, and whether all of it was read."""
        found: dict[str, bool] = {}
        for (host, _), seen in self._all:
            found[host] = found.get(host, True) and seen
        return found


def _connection(place: Place, contact: _Contact) -> Connection:
    return Connection(
        host=place[0],
        port=place[1],
        times=contact.times,
        seen_by=WAY if contact.seen else "",
        purpose=contact.purpose,
        bytes=None if contact.seen else contact.carried,
    )


def _purpose(host: str) -> str:
    if is_provider(host):
        return "model"
    return "telemetry" if is_telemetry(host) else ""


def _refused(host: str, how: str) -> str:
    return (
        f"{host} refused the certificate ({how}): nothing of it was seen. The agent trusts that host by a "
        f"list of its own; have it trust the file that SSL_CERT_FILE names, or let it pass unseen with "
        f"--tunnel {host}"
    )
