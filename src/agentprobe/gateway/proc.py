"""What Linux tells of running processes: who descends from whom, what runs, and where it is connected to."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path

PROC = Path("/proc")
_LISTENING = "0A"


@dataclass(frozen=True, slots=True)
class Peer:
    """The far end of a TCP connection."""

    address: str
    port: int


def readable() -> bool:
    """Can processes be looked at on this machine?"""
    return (PROC / "self" / "net" / "tcp").exists()


def family(pid: int, is_last: Callable[[int], bool] = lambda _: False) -> tuple[int, ...]:
    """A process and all that descend from it, but for those behind one that `is_last`."""
    children = () if is_last(pid) else _children(pid)
    return (pid, *(one for child in children for one in family(child, is_last)))


def _children(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                yield from map(int, (task / "children").read_text().split())


def words(pid: int) -> tuple[str, ...]:
    """The command line of a process; empty when it is gone."""
    with suppress(OSError):
        raw = (PROC / str(pid) / "cmdline").read_bytes()
        return tuple(word.decode(errors="replace") for word in raw.split(b"\0") if word)
    return ()


def born(pid: int) -> str:
    """When a process began, in the kernel's own count: it tells two of the same number apart."""
    with suppress(OSError, IndexError):
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[19]
    return ""


def parent(pid: int) -> int:
    """Who began a process; 0 when that cannot be had."""
    with suppress(OSError, IndexError):
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


def sockets(pid: int) -> frozenset[str]:
    """The sockets that a process holds, by their inodes."""
    found = set()
    with suppress(OSError):
        for entry in os.scandir(PROC / str(pid) / "fd"):
            with suppress(OSError):
                target = os.readlink(entry.path)  # noqa: PTH115 - thousands of times a second
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    return frozenset(found)


def peers(pid: int) -> dict[str, Peer]:
    """Every TCP connection in a process's network, by the inode of its socket."""
    return dict(_rows(pid, "tcp")) | dict(_rows(pid, "tcp6"))


def _rows(pid: int, table: str) -> Iterator[tuple[str, Peer]]:
    try:
        lines = (PROC / str(pid) / "net" / table).read_text().splitlines()[1:]
    except OSError:
        return
    for line in lines:
        fields = line.split()
        address, _, port = fields[2].partition(":")
        if fields[3] != _LISTENING and int(port, 16):
            yield fields[9], Peer(_address(address), int(port, 16))


def _address(text: str) -> str:
    """An address as the kernel prints it: words of four bytes, each in the machine's own order."""
    raw = bytes.fromhex(text)
    data = b"".join([raw[at : at + 4][::-1] for at in range(0, len(raw), 4)])
    if len(data) == 4:
        return socket.inet_ntoa(data)
    found = ip_address(data)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
