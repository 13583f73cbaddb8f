"""Many files looked at in several processes; one that dies takes no file but its own with it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from agentprobe.scan.files import Found

Work = Callable[[Found], bytes]
"""Looks at one file and says what came of it."""
_WORTH_IT = 120
"""Below so many files one process is done before a second has begun."""
_CHUNK = 24
_work: Work | None = None


def processes() -> int:
    """How many processes can run at a time here."""
    asked = getattr(os, "sched_getaffinity", None)
    return len(asked(0)) if asked is not None else os.cpu_count() or 1


def looked_at(files: Sequence[Found], work: Work, workers: int) -> Iterator[tuple[Found, bytes | None]]:
    """What came of each file, in any order; None where the process that looked at it died."""
    if workers < 2 or len(files) < _WORTH_IT or not _can_fork():
        with collecting_rarely():
            for at, file in enumerate(files):
                if at % 200 == 199:
                    gc.collect(0)  # what was made since the last time
                yield file, work(file)
        return
    chunks = [list(files[start : start + _CHUNK]) for start in range(0, len(files), _CHUNK)]
    for chunk, told in _in_pool(chunks, work, workers):
        if told is not None:
            yield from zip(chunk, told, strict=True)
            continue
        for file in chunk:
            for _, alone in _in_pool([[file]], work, 1):
                yield file, alone[0] if alone is not None else None


def _can_fork() -> bool:
    """Children begin as copies of this process, so that a plain script without a guard can be the parent."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def _in_pool(
    chunks: list[list[Found]], work: Work, workers: int
) -> Iterator[tuple[list[Found], list[bytes] | None]]:
    """What came of each chunk; None for those that were under way, or waited, when a process died."""
    global _work
    _work = work  # children are copies of what stands here
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads that a library may have begun
            told = [(chunk, _submitted(pool, chunk)) for chunk in chunks]
        for chunk, future in told:
            try:
                yield chunk, future.result() if future is not None else None
            except BrokenProcessPool:
                yield chunk, None
    _work = None


def _submitted(pool: ProcessPoolExecutor, chunk: list[Found]) -> Future[list[bytes]] | None:
    try:
        return pool.submit(_chunk, chunk)
    except BrokenProcessPool:
        return None


def _chunk(files: list[Found]) -> list[bytes]:
    assert _work is not None
    with collecting_rarely():
        return [_work(file) for file in files]


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Trees of syntax are large, and none of them is part of a circle for long."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
