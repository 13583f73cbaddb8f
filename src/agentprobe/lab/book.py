"""The book of evidence: what every finished run came to, on disk as soon as it is known."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec

from agentprobe.basis.canonical import canonical
from agentprobe.basis.files import AppendLog, mend_last_line, write_whole
from agentprobe.domain.evidence import Evidence, Run, Status
from agentprobe.errors import AgentProbeError
from agentprobe.lab.cleaning import Cleaning
from agentprobe.lab.grid import Plan

VERSION = 1
"""The number of the file format, in the first line of both files."""
_decoder = msgspec.json.Decoder(Evidence)


class Book:
    """A plan's folder: `plan.json`, `evidence.jsonl` with one line a run, and a trace for each.

    What was added survives a kill -9. A run that is in the book is not run again, except where the house or
    the provider had failed; then the last line counts. One process writes at a time.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.plan = plan
        self._known = {item.run.key: item for item in read_evidence(folder / "evidence.jsonl")}
        self._log: AppendLog | None = None
        self._lock: int | None = None

    @classmethod
    def at(cls, home: Path, plan: Plan, *, fresh: bool = False) -> Self:
        """The book of a plan; `fresh` forgets what is in it of the plan's runs, and of no others.

        Raises AgentProbeError while another process writes in it.
        """
        folder = home / "runs" / plan.id
        _make(folder)
        lock = _locked(folder)
        try:
            if fresh:
                _forget(folder, plan)
            book = cls(folder, plan)
        except BaseException:
            os.close(lock)
            raise
        book._lock = lock
        return book

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What is known of the plan's runs, in the plan's order."""
        return tuple(self._known[run.key] for run in self.plan.runs if run.key in self._known)

    @property
    def missing(self) -> tuple[Run, ...]:
        """The runs that are still to be carried out."""
        return tuple(run for run in self.plan.runs if self._is_missing(run))

    def _is_missing(self, run: Run) -> bool:
        known = self._known.get(run.key)
        return known is None or known.status is Status.ERROR

    def find(self, key: str) -> Evidence | None:
        """What is known of a run."""
        return self._known.get(key)

    def add(self, evidence: Evidence) -> None:
        """Write down what a run came to."""
        if self._log is None:
            self._log = self._open()
        self._log.add(msgspec.json.encode(evidence))
        self._known[evidence.run.key] = evidence

    def describe(self, facts: Mapping[str, Any], cleaning: Cleaning) -> None:
        """Write `plan.json`: everything that is needed to run this again, but for its secrets."""
        runs = [msgspec.to_builtins(run) for run in self.plan.runs]
        head = {"agentprobe": "plan", "version": VERSION, "id": self.plan.id}
        told = msgspec.json.decode(cleaning.settings(facts))
        whole = {**head, "digests": dict(self.plan.digests), **told, "runs": runs}
        write_whole(self.folder / "plan.json", canonical(whole) + b"\n")
        write_whole(self.folder.parent / "latest", f"{self.plan.id}\n")

    def trace(self, run: Run) -> Path:
        """Where a run's trace lies."""
        return self.folder / "traces" / f"{run.key}.jsonl"

    def _open(self) -> AppendLog:
        path = self.folder / "evidence.jsonl"
        mend_last_line(path)
        log = AppendLog(path)
        if path.stat().st_size == 0:
            log.add(_head(self.plan))
        return log

    def close(self) -> None:
        """Let others write."""
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_evidence(path: Path) -> Sequence[Evidence]:
    """All evidence in a file; a last line that was cut off is passed over.

    Raises AgentProbeError for a file that is no book of evidence, or one of a newer version.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    if len(lines) == 1:  # not even the first line was finished
        return ()
    _check_head(lines[0], path)
    return tuple(_decoded(lines[1:], path))


def _check_head(line: bytes, path: Path) -> None:
    try:
        head = msgspec.json.decode(line)
        kind, version = head["agentprobe"], head["version"]
    except (msgspec.DecodeError, KeyError, TypeError) as error:
        raise AgentProbeError(
            f"{path}, line 1: this is no book of evidence; --fresh begins a new one"
        ) from error
    if kind != "evidence" or version > VERSION:
        said = f"{kind} of version {version}; this version reads evidence up to version {VERSION}"
        raise AgentProbeError(f"{path}, line 1: this is {said}")


def _decoded(lines: Sequence[bytes], path: Path) -> Iterable[Evidence]:
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        try:
            yield _decoder.decode(line)
        except msgspec.MsgspecError as error:
            if number > len(lines):  # the last line: its writer was killed in the middle of it
                return
            raise AgentProbeError(f"{path}, line {number}: {error}; --fresh begins a new one") from error


def _make(folder: Path) -> None:
    try:
        (folder / "traces").mkdir(parents=True, exist_ok=True)
        ignore = folder.parent.parent / ".gitignore"
        if not ignore.exists():
            write_whole(ignore, "*\n")
    except OSError as error:
        raise AgentProbeError(f"cannot write in {folder}: {error.strerror}") from error


def _locked(folder: Path) -> int:
    """Hold the folder until the number that is returned is closed."""
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise AgentProbeError(f"cannot write in {folder}: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise AgentProbeError(
            f"another `agentprobe run` is at work in {folder}; wait until it ends"
        ) from error
    return handle


def _forget(folder: Path, plan: Plan) -> None:
    """Take a plan's runs out of its book; a book that cannot be read is given up whole."""
    path, unwanted = folder / "evidence.jsonl", {run.key for run in plan.runs}
    try:
        kept = [item for item in read_evidence(path) if item.run.key not in unwanted]
    except AgentProbeError:
        kept = []
    lines = [_head(plan), *(msgspec.json.encode(item) for item in kept), b""]
    write_whole(path, b"\n".join(lines))
    for key in unwanted:
        (folder / "traces" / f"{key}.jsonl").unlink(missing_ok=True)


def _head(plan: Plan) -> bytes:
    return canonical({"agentprobe": "evidence", "version": VERSION, "plan": plan.id})
