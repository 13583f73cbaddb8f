"""What processes use of the machine: memory, threads, open files."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agentprobe.gateway.proc import PROC, family

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Figures at a moment; None where this machine does not tell."""

    resident_bytes: int | None = None
    blocks: int | None = None
    threads: int | None = None
    files: int | None = None


def of_this_process() -> Usage:
    """Of the process that asks."""
    pid = os.getpid()
    return Usage(
        resident_bytes=_resident(pid),
        blocks=sys.getallocatedblocks(),
        threads=_entries(pid, "task") or threading.active_count(),
        files=_entries(pid, "fd"),
    )


def of_children(share: int) -> Usage:
    """Of all processes that descend from this one, divided by `share`: what each of so many commands uses."""
    if not (PROC / "self").exists() or not share:
        return Usage()
    pids = [pid for pid in family(os.getpid()) if pid != os.getpid()]
    if not pids:
        return Usage()
    return Usage(
        resident_bytes=_sum(map(_resident, pids)) // share,
        threads=-(-_sum(_entries(pid, "task") for pid in pids) // share),
        files=-(-_sum(_entries(pid, "fd") for pid in pids) // share),
    )


def cpu_seconds() -> float:
    """How long processors have worked for this process."""
    spent = os.times()
    return spent.user + spent.system


def load_of_others() -> float | None:
    """How many processes have waited for each processor in the last minute; None where nobody tells."""
    with suppress(OSError, AttributeError):
        return os.getloadavg()[0] / (os.cpu_count() or 1)
    return None


def _sum(figures: Iterable[int | None]) -> int:
    return sum(figure or 0 for figure in figures)


def _resident(pid: int) -> int | None:
    with suppress(OSError, IndexError, ValueError):
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    return None


def _entries(pid: int, kind: str) -> int | None:
    with suppress(OSError):
        return len(os.listdir(Path(PROC) / str(pid) / kind))  # noqa: PTH208 - counted, not made into paths
    return None
