"""The certificate of completeness: did all that went to a model come into the trace, and who looked?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from agentprobe.domain.hosts import is_loopback, is_provider, is_telemetry
from agentprobe.trace.records import Connection, CoverageRecord

T = TypeVar("T")
_GATEWAY, _PROXY, _OUTSIDE, _PYTHON, _RELAY = "gateway", "proxy", "outside", "python", "mcp"
_MODEL, _UNKNOWN, _TELEMETRY, _LOCAL, _OTHER = "model", "unknown", "telemetry", "local", "other"
_TOOLS = "mcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A connection of which no way in has a record."""

    host: str
    port: int
    process: str
    """What ran, with its process id."""
    purpose: str
    """`model`, `mcp` (a tool server), `telemetry`, `local` (this machine), `other`, or
    `unknown` where only an address was seen."""
    sampled: bool = False
    """Was it seen from outside only?"""

    @property
    def place(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was looked at during a run, and what got past all ways in."""

    looked: bool = False
    """Does the trace say anything of what its processes connected to?"""
    sampled: bool = False
    """Was there a view from outside, which takes looks and may miss what falls between them?"""
    hooked: tuple[str, ...] = ()
    """The processes that reported by themselves."""
    unhooked: tuple[tuple[str, str], ...] = ()
    """Those only seen from outside, each with the reason, empty for what is no Python."""
    ways: tuple[str, ...] = ()
    """The ways in that stood open."""
    failed: tuple[tuple[str, str], ...] = ()
    """Those that did not, and why."""
    passed: tuple[Passed, ...] = ()
    """Every connection that no way recorded, the harmless ones too."""
    ended: bool = True
    """Does the trace reach the run's end? What came after its last record nobody saw."""

    @property
    def escaped(self) -> tuple[Passed, ...]:
        """What went to a model past all ways, or may have; and what went to a tool server so."""
        return tuple(one for one in self.passed if one.purpose in (_MODEL, _UNKNOWN, _TOOLS))

    @property
    def complete(self) -> bool:
        """Did every process report by itself, to the end, and did nothing get past?"""
        reported = bool(self.hooked) and not self.unhooked and self.ended
        return self.looked and reported and not self.escaped

    @property
    def sentences(self) -> tuple[str, ...]:
        """The certificate in words, the verdict first."""
        return (self._verdict(), *self._notes())

    def _verdict(self) -> str:
        if not self.looked:
            return "not certified: this trace does not say what its processes connected to"
        if not self.hooked and not self.sampled:
            return "not certified: no process reported, and none could be looked at from outside"
        if self.escaped:
            return "NOT COMPLETE: " + "; ".join(_escape(one) for one in self.escaped)
        if not self.complete:
            far = "as far as was looked" if self.ended else "up to where the recording ends"
            return f"nothing was seen to go to a model past {_and(self.ways)}, {far}"
        return "complete: nothing went to a model past " + _and(self.ways)

    def _notes(self) -> Iterator[str]:
        for process, why in self.unhooked:
            looked = "it was looked at from outside only, by samples; a short connection may be missing"
            how = looked if self.sampled else "nobody looked at it"
            yield f"{process} has no hook{f': {why}' if why else ''}; {how}"
        for name, why in self.failed:
            yield f"the way in by {name} did not open: {why}"
        for purpose, words in _HARMLESS:
            places = _unique(one.place for one in self.passed if one.purpose == purpose)
            if places:
                yield f"not recorded, {words}: {', '.join(places)}"


_HARMLESS = (
    (_OTHER, "since it is no model call"),
    (_TELEMETRY, "what frameworks tell their makers"),
    (_LOCAL, "on this machine"),
)


def certificate(coverage: Sequence[CoverageRecord], *, ended: bool = True) -> Certificate:
    """Judge what a trace says of its own coverage; `ended` when it reaches the end of its run."""
    inside = [record for record in coverage if record.by.startswith("watch:")]
    relays = {_pid(record) for record in coverage if any(way.name == _RELAY for way in record.ways)}
    outside = [r for r in coverage if r.by.startswith(f"{_OUTSIDE}:") and _pid(r) not in relays]
    house = [record for record in coverage if record.by in (_GATEWAY, _PROXY)]
    carried = [record for record in house if record.by == _PROXY]
    hooked = {_pid(record): record.process for record in inside if _is_hooked(record)}
    ways = [way for record in (*house, *inside) for way in record.ways]
    models = _Models(coverage)
    return Certificate(
        looked=bool(house),
        sampled=any(way.name == _OUTSIDE and way.attached for way in ways),
        hooked=_unique(f"{process} (process {pid})" for pid, process in hooked.items()),
        unhooked=_unhooked(inside, outside, hooked),
        ways=_unique(way.name for way in ways if way.attached and way.name not in (_OUTSIDE, _PYTHON)),
        failed=_unique((way.name, way.why) for way in ways if not way.attached and way.name != _PYTHON),
        passed=_unique((*_inside((*inside, *carried), models), *_outside(outside, inside, models))),
        ended=ended,
    )


class _Models:
    """Which hosts answer as models: providers, what stands behind the gateway, what hooks recorded."""

    def __init__(self, coverage: Sequence[CoverageRecord]) -> None:
        named = [
            connection
            for record in coverage
            for connection in record.connections
            if connection.purpose == _MODEL or (connection.seen_by and not connection.address)
        ]
        self._places = {_place(connection.host, connection.port) for connection in named}

    def purpose(self, host: str, port: int, said: str) -> str:
        """What a connection is for, as far as can be told."""
        if said:
            return said
        if is_provider(host) or _place(host, port) in self._places:
            return _MODEL
        if is_telemetry(host):
            return _TELEMETRY
        if is_loopback(host):
            return _LOCAL
        return _UNKNOWN if _is_address(host) else _OTHER


def _inside(records: Iterable[CoverageRecord], models: _Models) -> Iterator[Passed]:
    for record in records:
        for one in record.connections:
            if not one.seen_by:
                yield _passed(record, one, models)


def _outside(
    records: Iterable[CoverageRecord], inside: Iterable[CoverageRecord], models: _Models
) -> Iterator[Passed]:
    """What was seen from outside and not told from inside."""
    told = {(_pid(record), one.address, one.port) for record in inside for one in record.connections}
    for record in records:
        for one in record.connections:
            if (_pid(record), one.address, one.port) not in told:
                yield _passed(record, one, models, sampled=True)


def _passed(record: CoverageRecord, one: Connection, models: _Models, *, sampled: bool = False) -> Passed:
    who = record.process or "a process"
    process = f"{who} (process {_pid(record)})" if _pid(record) else who
    purpose = models.purpose(one.host, one.port, one.purpose)
    return Passed(host=one.host, port=one.port, process=process, purpose=purpose, sampled=sampled)


def _unhooked(
    inside: Iterable[CoverageRecord], outside: Iterable[CoverageRecord], hooked: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    """The processes without a hook; of one that became another program, the last word on it."""
    found: dict[str, tuple[str, str]] = {}
    for record in (*outside, *inside):
        if _pid(record) not in hooked and (record.ways or record.by.startswith(_OUTSIDE)):
            why = next((way.why for way in record.ways), found.get(_pid(record), ("", ""))[1])
            found[_pid(record)] = (f"{record.process or 'a process'} (process {_pid(record)})", why)
    return tuple(found.values())


def _is_hooked(record: CoverageRecord) -> bool:
    return any(way.name == _PYTHON and way.attached for way in record.ways)


def _pid(record: CoverageRecord) -> str:
    return record.by.partition(":")[2]


def _place(host: str, port: int) -> tuple[str, int]:
    return ("this machine" if is_loopback(host) else host.lower().rstrip(".")), port


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _escape(one: Passed) -> str:
    if one.purpose == _TOOLS:
        return (
            f"{one.process} spoke to a tool server at {one.place}, which no way in recorded; put `agentprobe "
            "mcp` before it"
        )
    whose = "" if one.purpose == _MODEL else ", and nobody knows whose that is"
    return f"{one.process} turned to {one.place}, which no way in recorded{whose}"


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


def _and(names: Sequence[str]) -> str:
    *first, last = names or ("the gateway",)
    return f"{', '.join(first)} and {last}" if first else last
