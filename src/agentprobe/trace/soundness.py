"""Whether a trace is as it was written: a sum at the end of each line, a count of each process's records."""

from __future__ import annotations

from dataclasses import dataclass, field
from zlib import crc32

_BEGIN, _END = b',"sum":"', b'"}'
_SIZE = len(_BEGIN) + 8 + len(_END)
MOST_GAP = 10_000
"""A number that is further ahead than this is taken for damaged itself."""


def summed(line: bytes) -> bytes:
    """An object's line with the sum of what it says."""
    return b"%b%b%08x%b" % (line[:-1], _BEGIN, crc32(line), _END)


def has_sum(line: bytes) -> bool:
    """Does a line end with a sum?"""
    tail = line.rstrip(b"\r\n")[-_SIZE:]
    return tail.startswith(_BEGIN) and tail.endswith(_END)


def is_changed(line: bytes) -> bool:
    """Does a line say something else than when its sum was made? A line without one cannot tell."""
    if not has_sum(line):
        return False
    line = line.rstrip(b"\r\n")
    tail = line[-_SIZE:]
    return b"%08x" % crc32(line[:-_SIZE] + b"}") != tail[len(_BEGIN) : -len(_END)]


@dataclass
class _Count:
    last: int
    missing: set[int] = field(default_factory=set)


class Roll:
    """Counts the records of each process as they are read: none may be missing, none come twice."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}
        self._first: dict[str, int] = {}
        self._lost = 0

    def takes(self, by: str, order: int, line: bytes) -> bool:
        """Take a record in; False when it is there already. A process may begin anew with number 1."""
        count = self._counts.get(by)
        if order == 1:
            before, self._first[by] = self._first.get(by), crc32(line)
            if before == self._first[by]:
                return False
            if before is not None and count is not None:
                self._lost += len(count.missing)
                count = None
        if count is None:
            self._counts[by] = _Count(order)
            return True
        return self._counted(count, order)

    def _counted(self, count: _Count, order: int) -> bool:
        if order <= count.last:
            if order not in count.missing:
                return False
            count.missing.discard(order)
        elif order - count.last <= MOST_GAP:
            count.missing.update(range(count.last + 1, order))
            count.last = order
        return True

    @property
    def missing(self) -> int:
        """How many records were counted by their process and are not in the file."""
        return self._lost + sum(len(count.missing) for count in self._counts.values())
