"""To read a trace file, also one that a crash has cut off or several processes have written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agentprobe.errors import TraceError
from agentprobe.trace.pair import TracedCall, paired
from agentprobe.trace.records import AGENT, KINDS, Header, Record, decode, decode_header
from agentprobe.trace.view import Trace

START = b'{"record":"'
"""How every record begins; by it a record is found again behind one that was cut off."""


def read_trace(path: Path) -> Trace:
    """Read a whole trace. What is damaged is left out and said in `problems`.

    Raises TraceError for a file that cannot be read, is no trace, or needs a newer version.
    """
    lines = Lines(path)
    return Trace.of(path, lines.header, list(lines), tuple(lines.problems), truncated=lines.truncated)


class Lines:
    """The records of a trace one by one, so that a large file need not fit into memory.

    `header` is there from the beginning; `problems` and `truncated` are whole once all records were read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []
        self.truncated = False
        self._last = 0
        self.header = self._header()

    def __iter__(self) -> Iterator[Record]:
        self.problems.clear()
        with self.path.open("rb") as file:
            file.readline()
            for number, line in enumerate(file, start=2):
                yield from self._records(number, line)

    def _header(self) -> Header:
        try:
            with self.path.open("rb") as file:
                first = file.readline()
        except OSError as error:
            raise TraceError(
                f"cannot read {self.path}: {error.strerror}; give a file that `agentprobe trace` has written"
            ) from error
        if not first:
            raise TraceError(
                f"{self.path} is empty: nothing was recorded; run it again with `agentprobe trace`"
            )
        return decode_header(first, self.path)

    def _records(self, number: int, line: bytes) -> Iterator[Record]:
        if not line.strip():
            return
        try:
            yield decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            yield from self._rescued(number, line)

    def _rescued(self, number: int, line: bytes) -> Iterator[Record]:
        """What can be had of a line that is no record: nothing, or the record behind one that was cut off."""
        if _is_foreign(line):
            return
        if not line.endswith(b"\n"):
            self.truncated = True
            self.problems.append(f"line {number} is cut off; what was recorded before it is whole")
            return
        self.problems.append(f"line {number} is damaged; one record is lost")
        at = line.find(START, 1)
        while at >= 0:
            try:
                yield decode(line[at:])
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                at = line.find(START, at + 1)
            else:
                return


@dataclass
class Follower:
    """Reads a trace while it is being written: what has been added since the last look."""

    path: Path

    def __post_init__(self) -> None:
        self._at = 0
        self._rest = b""
        self._open: list[Record] = []

    def records(self) -> list[Record]:
        """The records that are new; a line that is not finished yet waits for the next look."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._at)
                added = file.read()
        except OSError:  # not begun yet; who writes it says why it cannot
            return []
        self._at += len(added)
        *lines, self._rest = (self._rest + added).split(b"\n")
        return [record for line in lines for record in _record(line)]

    def finished(self) -> list[TracedCall]:
        """The calls, as the agent saw them, that have ended since the last look, in that order."""
        self._open += self.records()
        calls = paired(self._open)
        done = [call for call in calls if call.outcome is not None and call.record.place == AGENT]
        self._open = [call.record for call in calls if call.outcome is None]
        return sorted(done, key=lambda call: call.completed or 0)


def _record(line: bytes) -> Iterator[Record]:
    try:
        yield decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return


def _is_foreign(line: bytes) -> bool:
    """Is it a whole line of a kind that this version does not know, or a second header?"""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    return "agentprobe" in found or found.get("record") not in (None, *KINDS)
