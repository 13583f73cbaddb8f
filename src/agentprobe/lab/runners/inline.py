"""The pool's work in this very process: where starting others would cost more than the runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeVar

from agentprobe.adapters import frameworks, http_hook, virtual_sleep
from agentprobe.lab.runners import worker
from agentprobe.lab.runners.workshop import Workshop
from agentprobe.lab.settings import Experiment

J = TypeVar("J")
T = TypeVar("T")


class Inline:
    """Carries out jobs one after the other, here; what ends or hangs this process ends or hangs it."""

    size = 1

    def __init__(self, experiment: Experiment) -> None:
        http_hook.install()
        frameworks.install()
        virtual_sleep.install()
        self._shop = Workshop(experiment)

    def do(self, function: Callable[..., T], *args: Any, seconds: float | None = None) -> T:
        """Have one thing done."""
        with worker.working_in(self._shop):
            return function(*args)

    def each(
        self, function: Callable[[J], T], jobs: Iterable[J], seconds: float | None = None
    ) -> Iterator[tuple[J, Callable[[], T]]]:
        """Have all jobs done, each when its result is asked for."""
        for job in jobs:
            yield job, lambda job=job: self.do(function, job)  # type: ignore[misc]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._shop.commander.stop()
