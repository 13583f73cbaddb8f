"""Worker processes side by side; one that dies or overruns is replaced, and the others go on."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from itertools import islice
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from agentprobe.errors import AgentProbeError
from agentprobe.lab.runners import worker
from agentprobe.lab.settings import Experiment

LISTENING_SECONDS = 0.5
"""A signal that comes just before the main thread begins to wait is heard only when the waiting ends."""

J = TypeVar("J")
T = TypeVar("T")


class Died(AgentProbeError):
    """A worker process ended before its work was done; the message says how."""


class Overran(AgentProbeError):
    """Work took longer than it may, and was ended with its process."""


class Pool:
    """Workers for one experiment; leaving it ends them and whatever they are at."""

    def __init__(self, experiment: Experiment, workers: int = 0) -> None:
        self.size = workers or experiment.run.workers or os.cpu_count() or 1
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([worker.__name__])
        self._pool = ProcessPool(
            max_workers=self.size,
            initializer=worker.open_shop,
            initargs=(experiment, dict(os.environ)),
            context=context,
        )

    def do(self, function: Callable[..., T], *args: Any, seconds: float | None = None) -> T:
        """Have one thing done, and wait for it."""
        future: Future[T] = self._pool.schedule(function, args=args, timeout=seconds)
        while not wait([future], timeout=LISTENING_SECONDS).done:
            pass
        return _settled(future)

    def each(
        self, function: Callable[[J], T], jobs: Iterable[J], seconds: float | None = None
    ) -> Iterator[tuple[J, Callable[[], T]]]:
        """Have all jobs done; each comes with a function that gives its result or raises, as it is done.

        Only as many are handed out as keep the workers busy.
        """
        waiting: dict[Future[T], J] = {}
        rest = iter(jobs)
        while True:
            for job in islice(rest, 2 * self.size - len(waiting)):
                waiting[self._pool.schedule(function, args=(job,), timeout=seconds)] = job
            if not waiting:
                return
            done, _ = wait(waiting, timeout=LISTENING_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), lambda future=future: _settled(future)  # type: ignore[misc]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble gives it no types
        self._pool.join()


def _settled(future: Future[T]) -> T:
    try:
        return future.result()
    except ProcessExpired as error:
        _end_group(error.pid)
        raise Died(_how(error.exitcode)) from error
    except SystemExit as error:
        raise Died(f"its code called exit({error.code!r})") from error
    except TimeoutError as error:
        raise Overran("it took too long and was ended") from error


def _end_group(leader: int | None) -> None:
    """End what a dead worker's agents have left running; each worker leads a group of its own."""
    if leader:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


def _how(code: int | None) -> str:
    if code is None:
        return "its process ended"
    if code < 0:
        return f"its process was ended by signal {-code}"
    return f"its process ended with exit code {code}"
