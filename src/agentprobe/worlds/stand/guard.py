"""Locks that keep a run's SQLite from writing into the file that all runs share.

A run's database is a hard link to the shared file, with a write-ahead log of its own: what the run writes
goes into that log, and a checkpoint would move it into the shared file. A checkpoint needs the log's read
lock 0, and closing the last connection, leaving WAL mode and exclusive mode need the database file's
exclusive lock; both are denied for as long as somebody holds a shared lock there ("WAL-mode locks" in
www.sqlite.org/walformat.html, and os_unix.c). So a guard needs no connection: two locks on open file
descriptions, which belong to no process's SQLite and are not lost when this process closes another handle of
the same file.
"""

from __future__ import annotations

import fcntl
import gc
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

_FLOCK = "hhqqi4x"
_SHARED = (0x40000002, 510)
"""Where a database file's shared lock stands, and how long it is."""
_READ_0 = (123, 1)
"""The lock of readers whose log is empty; who checkpoints needs it for itself."""
_OPEN = (128, 1)
"""Held by every connection on its log's index for as long as it is open."""
able = hasattr(fcntl, "F_OFD_SETLK")
"""Has this system locks on open file descriptions? Linux has; without them files are copied."""


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """Two locks on one run's database."""

    inode: tuple[int, int]
    handles: tuple[int, int]
    reserved: bool
    """Is the file reserved for this run in this process?"""

    @classmethod
    def over(cls, database: Path, *, reserved: bool) -> Guard:
        """Guard a run's database before anybody opens it."""
        seen = database.stat()
        file = os.open(database, os.O_RDONLY | os.O_CLOEXEC)
        try:
            index = os.open(f"{database}-shm", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            os.close(file)
            raise
        for handle, (start, length) in ((file, _SHARED), (index, _READ_0)):
            fcntl.fcntl(handle, fcntl.F_OFD_SETLK, _lock(fcntl.F_RDLCK, start, length))
        return cls((seen.st_dev, seen.st_ino), (file, index), reserved)

    @property
    def in_use(self) -> bool:
        """Has anybody the run's database open?"""
        answer = fcntl.fcntl(self.handles[1], fcntl.F_OFD_GETLK, _lock(fcntl.F_WRLCK, *_OPEN))
        return bool(struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK)

    def end(self) -> None:
        """Let go of the locks."""
        for handle in self.handles:
            os.close(handle)


def _lock(kind: int, start: int, length: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, start, length, 0)


class Guards:
    """All guards that this process holds.

    SQLite knows a file by its number, not by its path: in one process two hard links of one file would share
    the index of one log. So one process never opens a file for two runs, nor for one run while a connection
    that an earlier one left open still uses it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[Path, Guard] = {}
        self._left: list[Guard] = []
        self._taken: set[tuple[int, int]] = set()

    def take(self, inode: tuple[int, int]) -> bool:
        """Reserve a file for one run in this process; False where another one has it."""
        with self._lock:
            self._sweep()
            if inode in self._taken:
                return False
            self._taken.add(inode)
            return True

    def give_back(self, inode: tuple[int, int]) -> None:
        """Undo `take` where nothing came of it."""
        with self._lock:
            self._taken.discard(inode)

    def hold(self, database: Path, *, reserved: bool) -> None:
        """Guard a run's database until `let_go`."""
        guard = Guard.over(database, reserved=reserved)
        with self._lock:
            self._held[database] = guard

    def holds(self, database: Path) -> bool:
        """Does this process guard it?"""
        with self._lock:
            return database in self._held

    def let_go(self, database: Path) -> None:
        """End the guard, or keep it for as long as somebody has the database open."""
        with self._lock:
            guard = self._held.pop(database, None)
            if guard is None:
                return
            if guard.in_use:
                gc.collect()  # connections that nobody can reach any more are closed by this
            self._left.append(guard)
            self._sweep()

    def _sweep(self) -> None:
        for guard in [guard for guard in self._left if not guard.in_use]:
            self._left.remove(guard)
            if guard.reserved:
                self._taken.discard(guard.inode)
            guard.end()


GUARDS = Guards()
