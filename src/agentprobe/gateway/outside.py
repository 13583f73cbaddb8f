"""The view from outside: where an agent's processes connect to, whatever language they are written in."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from urllib.parse import urlsplit

from agentprobe.adapters.coverage_log import program
from agentprobe.gateway import proc
from agentprobe.gateway.surroundings import Route
from agentprobe.trace.records import Connection, CoverageRecord, Way
from agentprobe.trace.writer import TraceWriter

LOOK_SECONDS = 0.075
"""How long it takes from one look to the next; a connection that lives shorter may be missed."""
OUTSIDE, GATEWAY, PYTHON = "outside", "gateway", "python"
RELAY = "mcp"
"""The way in between an agent and its tool servers; what runs behind it is the world."""


def tell_routes(writer: TraceWriter, routes: Sequence[Route]) -> None:
    """Write down that the gateway stands open, whose hosts are behind it, and whether we can look outside."""
    sees = proc.readable()
    outside = Way(
        name=OUTSIDE, attached=sees, why="" if sees else "only Linux shows where other processes connect to"
    )
    hosts = [Connection(host=h, port=p, times=0, seen_by=GATEWAY, purpose="model") for h, p in _hosts(routes)]
    _write(writer, GATEWAY, ways=(Way(name=GATEWAY), outside), connections=tuple(hosts))


def _hosts(routes: Sequence[Route]) -> Iterator[tuple[str, int]]:
    for route in routes:
        url = urlsplit(route.upstream)
        yield url.hostname or "", url.port or (443 if url.scheme == "https" else 80)


@contextmanager
def looked_at(pid: int, writer: TraceWriter | None, door: str) -> Iterator[None]:
    """Look at a child and all that descend from it, until it has ended."""
    if writer is None or not proc.readable():
        yield
        return
    over = threading.Event()
    look = _Outside(pid, writer, urlsplit(door).port or 0)
    thread = threading.Thread(target=look.until, args=(over,), name="agentprobe-outside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class _Outside:
    """What has been seen so far, so that each process and each connection is written down once."""

    def __init__(self, pid: int, writer: TraceWriter, door: int) -> None:
        self._root = pid
        self._writer = writer
        self._door = door
        self._known: dict[int, str] = {}
        """The processes seen, by when they were born: one whose parent has ended is still the agent's."""
        self._told: set[tuple[object, ...]] = set()
        self._settled: set[str] = set()
        """The sockets that were told of, whichever process had them first: a child inherits them."""
        self._copies: set[int] = set()
        """The processes that looked like their parents: copies, of which most become another program."""

    def until(self, over: threading.Event) -> None:
        while True:
            self._look()
            if over.wait(LOOK_SECONDS):
                return

    def _look(self) -> None:
        for pid, birth in tuple(self._known.items()):
            if proc.born(pid) != birth:
                del self._known[pid]
        for root in (self._root, *self._known):
            found = proc.family(root, _leads_to_world)
            self._known |= {pid: proc.born(pid) for pid in found if pid not in self._known}
        for pid in self._known:
            self._look_at(pid)

    def _look_at(self, pid: int) -> None:
        words = proc.words(pid)
        if (pid, words) not in self._told and self._is_being_born(pid, words):
            return
        if words and (pid, words) not in self._told:
            self._told.add((pid, words))
            self._tell_process(pid, words)
        fresh = {inode for inode in proc.sockets(pid) if inode not in self._settled}
        if not fresh:
            return
        peers = proc.peers(pid)
        for inode in fresh & peers.keys():
            self._settled.add(inode)
            self._tell_connection(pid, words, peers[inode])

    def _is_being_born(self, pid: int, words: tuple[str, ...]) -> bool:
        """Is it seen as a copy of its parent for the first time? Perhaps it is about to be another."""
        if pid in self._copies or words != proc.words(proc.parent(pid)):
            return False
        self._copies.add(pid)
        return True

    def _tell_process(self, pid: int, words: tuple[str, ...]) -> None:
        """A process as such; of a Python, why no hook may be in it, which counts until one speaks up."""
        if _is_relay(words):
            _write(self._writer, f"{OUTSIDE}:{pid}", process="agentprobe mcp", ways=(Way(name=RELAY),))
            return
        ways = (Way(name=PYTHON, attached=False, why=_why(words)),) if _is_python(words) else ()
        _write(self._writer, f"{OUTSIDE}:{pid}", process=program(words), ways=ways)

    def _tell_connection(self, pid: int, words: tuple[str, ...], peer: proc.Peer) -> None:
        if (pid, peer) in self._told or (peer.address == "127.0.0.1" and peer.port == self._door):
            return
        self._told.add((pid, peer))
        found = Connection(host=peer.address, port=peer.port, address=peer.address)
        _write(self._writer, f"{OUTSIDE}:{pid}", process=program(words), connections=(found,))


def _leads_to_world(pid: int) -> bool:
    return _is_relay(proc.words(pid))


def _is_relay(words: tuple[str, ...]) -> bool:
    """Is it `agentprobe mcp`? The tool server that runs behind it is the world and not the agent."""
    pairs = zip((PurePath(word).name for word in words), words[1:], strict=False)
    return any(name in ("agentprobe", "agentprobe.cli") and then == "mcp" for name, then in pairs)


def _is_python(words: tuple[str, ...]) -> bool:
    return PurePath(words[0]).name.lower().startswith(("python", "pypy"))


def _why(words: tuple[str, ...]) -> str:
    for word in words[1:]:
        if not word.startswith("-") or word in ("-c", "-m", "-"):
            break
        letters = set(word[1:]) if not word.startswith("--") else set()
        if found := next((letter for letter in "IES" if letter in letters), ""):
            return f"Python was started with -{found}"
    return "it never reported: its environment was changed, or it ended before it could"


def _write(
    writer: TraceWriter,
    by: str,
    *,
    process: str = "",
    ways: tuple[Way, ...] = (),
    connections: tuple[Connection, ...] = (),
) -> None:
    record = CoverageRecord(
        order=writer.order(by),
        by=by,
        at=writer.elapsed(),
        process=process,
        ways=ways,
        connections=connections,
    )
    writer.add(record)
