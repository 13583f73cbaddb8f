"""Worker processes side by side; one that dies or overruns is replaced, and the others go on."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from agentprobe.errors import AgentProbeError
from agentprobe.lab.runners import workshop
from agentprobe.lab.settings import Experiment

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
        context.set_forkserver_preload([workshop.__name__])
        self._pool = ProcessPool(
            max_workers=self.size,
            initializer=workshop.open_shop,
            initargs=(experiment,),
            context=context,
        )

    def do(self, function: Callable[..., T], *args: Any, seconds: float | None = None) -> T:
        """Have one thing done, and wait for it."""
        return _settled(self._pool.schedule(function, args=args, timeout=seconds))

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
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), lambda future=future: _settled(future)  # type: ignore[misc]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self._pool.close()  # type: ignore[no-untyped-call]  # pebble gives it no types
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]  # the same
        self._pool.join()


def _settled(future: Future[T]) -> T:
    try:
        return future.result()
    except ProcessExpired as error:
        raise Died(_how(error.exitcode)) from error
    except TimeoutError as error:
        raise Overran("it took too long and was ended") from error


def _how(code: int | None) -> str:
    if code is None:
        return "its process ended"
    if code < 0:
        return f"its process was ended by signal {-code}"
    return f"its process ended with exit code {code}"
