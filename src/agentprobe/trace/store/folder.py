"""A folder of traces, with an index that is brought up to date before it is asked."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from agentprobe.errors import TraceError
from agentprobe.trace.facts.models import Table, table_here
from agentprobe.trace.read import read_trace
from agentprobe.trace.store import query
from agentprobe.trace.store.found import SessionFound, SpanFound, Stat, Wanted
from agentprobe.trace.store.index import Index
from agentprobe.trace.store.rows import Row, row_of, span_text

NAME = ".index.sqlite"
"""The index's file, in the folder of the traces."""
TOGETHER = 200
"""So many traces are taken in before what was done is kept."""
_ENDINGS = (".jsonl", ".json")
_HEAD = b'{"agentprobe":"trace"'
Progress = Callable[[int, int], None]
"""Told how many traces are read, of how many."""


class Changed(NamedTuple):
    """What bringing the index up to date came to."""

    read: int = 0
    gone: int = 0
    unreadable: tuple[str, ...] = ()
    """Files that begin as traces and cannot be read, each with the reason."""


class TraceFolder:
    """Traces below a folder. The files are the truth; the index only says where to look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = _opened(folder / NAME)

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    def refresh(self, progress: Progress = lambda *_: None) -> Changed:
        """Read what is new or has changed since the last time, and forget what is gone."""
        known = self.index.known()
        there = dict(_files(self.folder, known))
        gone = known.keys() - there.keys()
        changed = [path for path, stamp in there.items() if path not in known or known[path].stamp != stamp]
        with self.index.change():
            self.index.drop(gone)
        table, unreadable = table_here(), list[str]()
        for start in range(0, len(changed), TOGETHER):
            batch = changed[start : start + TOGETHER]
            with self.index.change():
                for path in batch:
                    self.index.put(self._row(path, there[path], table, unreadable))
            progress(start + len(batch), len(changed))
        return Changed(len(changed), len(gone), tuple(unreadable))

    def path(self, relative: str) -> Path:
        """Where a trace of the index lies."""
        return self.folder / relative

    def sessions(self, wanted: Wanted) -> list[SessionFound]:
        return query.sessions(self.index, wanted)

    def spans(self, wanted: Wanted) -> Iterator[SpanFound]:
        return query.spans(self.index, wanted)

    def stats(self, kind: str = "") -> list[Stat]:
        return query.stats(self.index, kind)

    def errors(self, limit: int = 20) -> list[tuple[str, str, int]]:
        return query.errors(self.index, limit)

    def ended(self) -> list[tuple[str, str]]:
        return query.ended(self.index)

    def called(self, name: str) -> list[tuple[str, str]]:
        return query.called(self.index, name)

    def names(self, limit: int = 1000) -> list[str]:
        return query.names(self.index, limit)

    def said(self, span: SpanFound) -> str:
        return span_text(self.path(span.path), span.number)

    @contextmanager
    def here(self, path: str) -> Iterator[Path]:
        yield self.path(path)

    def place(self, path: str) -> str:
        return str(self.path(path))

    def delete(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.path(path).unlink(missing_ok=True)
        self.refresh()

    def _row(self, path: str, stamp: str, table: Table, unreadable: list[str]) -> Row:
        try:
            return row_of(read_trace(self.folder / path), path, stamp, table)
        except TraceError as error:
            unreadable.append(str(error))
            return Row(path=path, stamp=stamp, status="unreadable", problems=str(error))


def _opened(path: Path) -> Index:
    """The index in its file, for its owner's eyes; in memory where no file can be written.

    It holds what was said, as the traces do. One that is damaged is made anew.
    """
    with suppress(OSError):
        path.touch(0o600)
    try:
        return Index(path)
    except sqlite3.DatabaseError:
        with suppress(OSError):
            path.unlink(missing_ok=True)
            path.touch(0o600)
        try:
            return Index(path)
        except sqlite3.DatabaseError:
            return Index(":memory:")


def _files(folder: Path, known: Container[str]) -> Iterator[tuple[str, str]]:
    """Every trace below the folder, with a stamp of its state; only new files are looked into."""
    for found in _walked(folder):
        if not found.name.endswith(_ENDINGS):
            continue
        path = os.path.relpath(found.path, folder)
        if path in known or _is_trace(found.path):
            state = found.stat()
            yield path, f"{state.st_mtime_ns}:{state.st_size}"


def _walked(folder: Path | str) -> Iterable[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                yield from _walked(entry.path)
            elif entry.is_file(follow_symlinks=False):
                yield entry


def _is_trace(path: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - opened for every file there is
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False
