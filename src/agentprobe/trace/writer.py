"""The pen of a trace: records go to the file one by one, clean of secrets, each in one write."""

from __future__ import annotations

import itertools
import os
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import UNSET, Raw
from msgspec.structs import replace

from agentprobe.basis.clock import Clock
from agentprobe.basis.files import AppendLog
from agentprobe.errors import AgentProbeError, TraceError
from agentprobe.trace.blobs import Cutter
from agentprobe.trace.clean_line import clean_line, clean_words
from agentprobe.trace.records import (
    VERSION,
    BlobRecord,
    Body,
    CallRecord,
    EndRecord,
    Header,
    OutcomeRecord,
    Record,
    StateRecord,
    decode_header,
    encode,
)
from agentprobe.trace.redact import Redaction
from agentprobe.trace.soundness import summed

LARGEST_BODY = 64 * 2**20
"""Of a larger payload only its size and a digest are kept, unless somebody says otherwise."""


class TraceWriter:
    """Writes one session's trace; several processes may write to the same file, each under its own `by`.

    What was added is in the file before `add` returns, so a kill -9 loses nothing. When the disk fails,
    recording stops, the agent goes on, and `failure` says what happened.
    """

    def __init__(
        self,
        path: Path,
        *,
        by: str = "process",
        redact: Redaction | None = None,
        content: bool = True,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        self.path = path
        self.redact = redact or Redaction()
        self._shapes = None if content else self.redact.shapes()
        self.largest_body = largest_body
        self.digest = self.redact.shapes().digest
        self.failure: str | None = None
        self._log = AppendLog(path)
        self._by = by
        self._process = os.getpid()
        self._cutter = Cutter(self.redact.clean)
        self._lock = threading.Lock()
        self._orders: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
        self._clock: Clock | None = None
        self._zero: float | None = None
        self._closed = False
        self._header = _joined(path, self._log)

    @property
    def by(self) -> str:
        """Who writes; a forked child is told apart from its parent by its process id."""
        if os.getpid() != self._process:
            self._process = os.getpid()
            self._cutter, self._lock = Cutter(self.redact.clean), threading.Lock()
            self._by = f"{self._by.partition(':')[0]}:{self._process}"
        return self._by

    def header(
        self,
        *,
        session: str = "",
        seed: int = 0,
        started: str = "",
        clock: str = "real",
        agent: Mapping[str, Any] | None = None,
        run: Mapping[str, Any] | None = None,
        identity: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Write the first line; nothing when the file has one already. `more` is said of the run."""
        if self._header is not None:
            return
        self._header = Header(
            session=session,
            seed=seed,
            started=started,
            clock=clock,
            agent=_agent(agent or {}, self.redact),
            run={**(run or {}), **more},
            identity=identity or {},
            key=self.redact.key_id,
        )
        self.add(self._header)

    @property
    def begun(self) -> bool:
        """Has the file a first line?"""
        return self._header is not None

    def keep_time(self, clock: Clock) -> None:
        """From now on measure by this clock."""
        self._clock = self._clock or clock

    def elapsed(self) -> float:
        """Seconds since the session began; the same scale in every process that writes to the file."""
        if self._clock is None:
            return 0.0
        now = self._clock.now()
        if self._zero is None:
            self._zero = now - self._since_start(self._clock)
        return round(now - self._zero, 6) if now > self._zero else 0.0

    def order(self, by: str = "") -> int:
        """The number of the next record of this process, or of whoever else tells through this pen."""
        return next(self._orders[by])

    def add(self, record: Header | Record | Mapping[str, Any]) -> None:
        """Append one record, and ahead of it the blobs that it needs. After a failure it does nothing."""
        if self.failure is not None or self._closed or not self.by:
            return
        try:
            with self._lock:  # no other thread may name a blob before it is in the file
                if self._shapes is not None and not isinstance(record, Mapping):
                    record = self._shapes.without(record)
                lines = [summed(self._line(line)) for line in self._cut(record)]
                self._log.add(b"\n".join(lines))
        except AgentProbeError as error:
            self.failure = str(error)

    def _cut(
        self, record: Header | Record | Mapping[str, Any]
    ) -> list[Header | Record | BlobRecord | Mapping[str, Any]]:
        """The record with its payload in pieces, behind the blobs that are new."""
        match record:
            case CallRecord(request=Body() as body):
                cut, blobs = self._in_pieces(body)
                return [*blobs, replace(record, request=cut)]
            case OutcomeRecord(body=Body() as body):
                cut, blobs = self._in_pieces(body)
                return [*blobs, replace(record, body=cut)]
            case StateRecord(value=Body() as body):
                cut, blobs = self._in_pieces(body)
                return [*blobs, replace(record, value=cut)]
        return [record]

    def _in_pieces(self, body: Body) -> tuple[Body, list[BlobRecord]]:
        if _is_long(body):
            return self._cutter.cut(body)
        if body.json is not UNSET and self.redact.has_patterns:
            return replace(body, json=Raw(self.redact.clean(bytes(body.json)))), []
        return body, []

    def _line(self, record: Header | Record | BlobRecord | Mapping[str, Any]) -> bytes:
        """One line without secrets."""
        line = encode(record)
        return self.redact.clean(line) if isinstance(record, BlobRecord) else clean_line(line, self.redact)

    def end(self, status: str = "ok", *, exit: int | None = None, **facts: Any) -> None:
        """Write the last line and close the file."""
        at = self.elapsed() if self._clock is not None else None
        self.add(EndRecord(order=self.order(), by=self.by, at=at, status=status, exit=exit, facts=facts))
        self._closed = True
        self._log.close()

    def _since_start(self, clock: Clock) -> float:
        if self._header is None or not self._header.started:
            return 0.0
        with suppress(ValueError, TypeError):  # a date that is none, or none of a time zone
            return (clock.date() - datetime.fromisoformat(self._header.started)).total_seconds()
        return 0.0


def _agent(agent: Mapping[str, Any], redact: Redaction) -> Mapping[str, Any]:
    told = {name: agent[name] for name in ("command", "mcp") if isinstance(agent.get(name), list | tuple)}
    return {**agent, **{name: clean_words(words, redact) for name, words in told.items()}}


LONG = 4096
"""A payload of fewer bytes is not cut: it costs less to write it again."""


def _is_long(body: Body) -> bool:
    return body.json is not UNSET and len(memoryview(body.json)) >= LONG


def _joined(path: Path, log: AppendLog) -> Header | None:
    """The header of a trace that others have begun, whose last line may be cut off; None for a new file.

    Raises TraceError when the file is something else, so that nothing is added to it.
    """
    if not path.is_file():  # a pipe or a device: nothing can be read back
        return None
    with path.open("rb") as file:
        first = file.readline()
        if not first:
            return None
        header = decode_header(first, path)
        if header.version != VERSION:
            raise TraceError(
                f"{path} was begun by an older agentprobe: it can be read and not added to; give another file"
            )
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            log.add(b"")
    return header
