"""To read a trace file, also one that a crash has cut off or several processes have written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from agentprobe.domain.call import Kind
from agentprobe.errors import TraceError
from agentprobe.trace import version_1
from agentprobe.trace.blobs import Blobs, in_pieces
from agentprobe.trace.lines import LONGEST, lines_of
from agentprobe.trace.pair import TracedCall, paired
from agentprobe.trace.records import (
    AGENT,
    KINDS,
    VERSION,
    BlobRecord,
    Body,
    CallRecord,
    Header,
    Line,
    OutcomeRecord,
    Record,
    StateRecord,
    decode,
    decode_header,
    version_of,
)
from agentprobe.trace.soundness import Roll, has_sum, is_changed
from agentprobe.trace.tools import same_tool
from agentprobe.trace.view import Trace

START = b'{"record":"'
"""How every record begins; by it a record is found again behind one that was cut off."""
MOST_PROBLEMS = 100
"""So many problems of a file are told one by one."""


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

    def __init__(self, path: Path, *, longest: int = LONGEST) -> None:
        self.path = path
        self._longest = longest
        self.problems: list[str] = []
        self.truncated = False
        self._header_changed = self._summed = False
        self.header = self._header()
        self._blobs = Blobs(path)

    def __iter__(self) -> Iterator[Record]:
        self.problems = ["line 1 was changed after it was written"] if self._header_changed else []
        self.truncated, damaged, roll = False, 0, Roll()
        reading = _Reading(self.header.version, self._blobs, summed=self._summed)
        with self.path.open("rb") as file:
            at = len(file.readline())
            for number, (line, size) in enumerate(lines_of(file, self._longest), start=2):
                if not line:
                    self._say([f"line {number} has {size:,} bytes, more than is read; it is left out"])
                    damaged += 1
                    at += size
                    continue
                read = reading.line(line, at)
                self._say(f"line {number} {trouble}" for trouble in read.troubles)
                damaged += read.damaged
                self.truncated = self.truncated or read.truncated
                at += len(line)
                if read.order and not roll.takes(*read.order, line):
                    self._say([f"line {number} repeats a record that is there already"])
                elif read.record is not None:
                    yield read.record
        missing = roll.missing - damaged
        if missing > 0:
            self.problems.append(f"{missing:,} of the records that were made are not in the file")

    def _say(self, problems: Iterable[str]) -> None:
        """Keep the first problems; of a file that is spoiled as a whole more would tell nothing new."""
        for problem in problems:
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(problem)
            elif len(self.problems) == MOST_PROBLEMS:
                self.problems.append("and more lines are damaged")

    def _header(self) -> Header:
        try:
            with self.path.open("rb") as file:
                first = file.readline(self._longest)
        except OSError as error:
            raise TraceError(
                f"cannot read {self.path}: {error.strerror}; give a file that `agentprobe trace` has written"
            ) from error
        if not first:
            raise TraceError(
                f"{self.path} is empty: nothing was recorded; run it again with `agentprobe trace`"
            )
        self._header_changed, self._summed = is_changed(first), has_sum(first)
        return decode_header(first, self.path)


class _Read(NamedTuple):
    """What was had of a line."""

    record: Record | None = None
    order: tuple[str, int] | None = None
    """Whose record it is, and the how-manieth."""
    troubles: tuple[str, ...] = ()
    """What is wrong with the line, said behind its number."""
    damaged: bool = False
    truncated: bool = False


@dataclass
class _Reading:
    """Reads the lines of one file, and keeps the blobs that later lines name."""

    version: int
    blobs: Blobs
    summed: bool = False
    """Has every line a sum?"""

    def line(self, line: bytes, at: int) -> _Read:
        """Read the line that begins at this byte of the file."""
        if not line.strip():
            return _Read()
        try:
            found = self._decoded(line)
        except _BROKEN:
            return self._rescued(line, at)
        return self._taken(found, line, at)

    def _decoded(self, line: bytes) -> Line:
        return version_1.decode(line) if self.version == 1 else decode(line)

    def _taken(self, found: Line, line: bytes, at: int) -> _Read:
        changed = is_changed(line) or has_sum(line) != self.summed
        troubles: tuple[str, ...] = ("was changed after it was written",) if changed else ()
        if isinstance(found, BlobRecord):
            sound = self.blobs.add(found, at, len(line))
            return _Read(troubles=troubles or (() if sound else ("holds another piece than it says",)))
        record = self._placed(found)
        lost = _lost(record)
        if lost:
            troubles += (f"needs {lost} pieces of its payload that are missing or damaged",)
        return _Read(record, (record.by, record.order), troubles)

    def _rescued(self, line: bytes, at: int) -> _Read:
        """What can be had of a line that is no record: nothing, or the record behind one that was cut off."""
        foreign = _foreign(line)
        if foreign is not None:
            troubles = ("was changed after it was written",) if is_changed(line) else ()
            return _Read(order=foreign or None, troubles=troubles)
        if not line.endswith(b"\n"):
            return _Read(troubles=("is cut off; what was recorded before it is whole",), truncated=True)
        lost = _Read(troubles=("is damaged; one record is lost",), damaged=True)
        start = line.find(START, 1)
        while start >= 0:
            try:
                read = self._taken(self._decoded(line[start:]), line[start:], at + start)
            except _BROKEN:
                start = line.find(START, start + 1)
            else:
                return read._replace(troubles=(*lost.troubles, *read.troubles), damaged=True)
        return lost

    def _placed(self, record: Record) -> Record:
        """The record with the pieces of its payload at hand."""
        match record:
            case CallRecord(request=Body(parts=[_, *_]) as body):
                return replace(record, request=in_pieces(body, self.blobs))
            case OutcomeRecord(body=Body(parts=[_, *_]) as body):
                return replace(record, body=in_pieces(body, self.blobs))
            case StateRecord(value=Body(parts=[_, *_]) as body):
                return replace(record, value=in_pieces(body, self.blobs))
        return record


_BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def _lost(record: Record) -> int:
    payloads = {CallRecord: "request", OutcomeRecord: "body", StateRecord: "value"}
    body = getattr(record, payloads.get(type(record), ""), None)
    return (body.lost or 0) if isinstance(body, Body) else 0


@dataclass
class Follower:
    """Reads a trace while it is being written: what has been added since the last look."""

    path: Path

    def __post_init__(self) -> None:
        self._at = 0
        self._rest = b""
        self._open: list[Record] = []
        self._reading = _Reading(VERSION, Blobs(self.path))

    def records(self) -> list[Record]:
        """The records that are new; a line that is not finished yet waits for the next look."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._at + len(self._rest))
                added = file.read()
        except OSError:  # not begun yet; who writes it says why it cannot
            return []
        *lines, self._rest = (self._rest + added).split(b"\n")
        return [record for line in lines if (record := self._record(line)) is not None]

    def _record(self, line: bytes) -> Record | None:
        if self._at == 0:
            self._reading.version = version_of(line)
        read = self._reading.line(line, self._at)
        self._at += len(line) + 1
        return read.record

    def finished(self) -> list[TracedCall]:
        """The calls, as the agent saw them, that have ended since the last look, in that order."""
        self._open += self.records()
        calls = paired(self._open)
        done = [call for call in calls if call.outcome is not None and call.record.place == AGENT]
        self._open = [call.record for call in calls if call.outcome is None]
        return sorted(done, key=lambda call: call.completed or 0)

    def under_way(self) -> list[CallRecord]:
        """The calls, as the agent saw them, that had begun and not ended at the last look."""
        return [call for call in self._open if isinstance(call, CallRecord) and call.place == AGENT]


class ToolsElsewhere:
    """The tools that other processes record where they run, read from the file that all write to."""

    def __init__(self, path: Path, by: str) -> None:
        self._follower = Follower(path)
        self._by = by
        self._seen: set[tuple[str, str, str]] = set()

    def sees(self, name: str, ref: str) -> bool:
        """Has the tool of this name, or the very call of this id, been recorded up to now?"""
        for record in self._follower.records():
            if isinstance(record, CallRecord) and record.kind == Kind.TOOL and record.by != self._by:
                self._seen.add((record.name, record.via, record.ref))
        return any(known == ref or same_tool(name, other, via) for other, via, known in self._seen)


def _foreign(line: bytes) -> tuple[()] | tuple[str, int] | None:
    """Whose record it is and the how-manieth, for a whole line of a kind that this version does not know.

    Nothing for a second header; None for a line that is damaged.
    """
    try:
        found = msgspec.json.decode(line)
    except _BROKEN:
        return None
    if not isinstance(found, dict):
        return None
    if "agentprobe" in found:
        return ()
    if found.get("record") in (None, *KINDS):
        return None
    by, order = found.get("by"), found.get("order")
    return (by, order) if isinstance(by, str) and isinstance(order, int) else ()
