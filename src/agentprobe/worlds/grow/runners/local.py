"""Parts made on this machine, by one process or several."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue

import msgspec

from agentprobe.errors import AgentProbeError, ConfigError
from agentprobe.worlds.grow.runners.job import Job, Order, make
from agentprobe.worlds.grow.runners.worker import Answer

_PROGRAM = "import sys; from agentprobe.worlds.grow.runners.worker import main; main(*sys.argv[1:])"
_ALONE_ROWS = 500_000
"""So few rows are made sooner than another process is started."""


def made(order: Order, jobs: Sequence[Job], folder: Path, workers: int) -> Iterator[int]:
    """Make all parts, yielding the rows of each as it is done."""
    raw = msgspec.json.encode(order)
    rows = sum(job.last - job.first for job in jobs)
    many = min(workers or _processors(), len(jobs))
    if many < 2 or (not workers and rows < _ALONE_ROWS):
        yield from (make(raw, job, folder) for job in jobs)
    else:
        yield from _by_several(raw, jobs, folder, many)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _by_several(raw: bytes, jobs: Sequence[Job], folder: Path, many: int) -> Iterator[int]:
    idle: SimpleQueue[_Worker] = SimpleQueue()

    def one(job: Job) -> int:
        worker = idle.get()
        try:
            return worker.made(job)
        finally:
            idle.put(worker)

    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "order.json"
        place.write_bytes(raw)
        for _ in range(many):
            idle.put(stack.enter_context(_Worker(place, folder)))
        pool = ThreadPoolExecutor(many)
        stack.callback(pool.shutdown, cancel_futures=True)
        yield from (done.result() for done in as_completed([pool.submit(one, job) for job in jobs]))


class _Worker:
    """A process that makes one part at a time; use it with `with`."""

    def __init__(self, order: Path, folder: Path) -> None:
        command = [sys.executable, "-c", _PROGRAM, str(order), str(folder)]
        self._process = subprocess.Popen(  # Ctrl-C at a terminal is answered by the one that started it
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )

    def made(self, job: Job) -> int:
        """The rows of a part; raises ConfigError for what the user can mend."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(msgspec.json.encode(job) + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # what it died of is told below
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            told = f"a process that made {job.table} ended with {code}; was memory short? Try --workers 1"
            raise AgentProbeError(told)
        answer = msgspec.json.decode(line, type=Answer)
        if answer.refused:
            raise ConfigError(answer.refused)
        return answer.rows

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        assert self._process.stdin is not None
        if kind is not None:
            self._process.kill()
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
