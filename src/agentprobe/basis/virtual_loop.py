"""An event loop that jumps over idle time, so that an hour of timeouts takes no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from time import perf_counter
from typing import Any, TypeVar, TypeVarTuple, Unpack

from agentprobe.basis.clock import VirtualClock

GRACE_SECONDS = 0.05
"""How long, in real time, open sockets and pipes may take before a timer passes them by."""
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _JumpingSelector(selectors.DefaultSelector):
    """Never blocks for a timer: asks once without waiting, then moves the clock on instead.

    While threads are at work for the loop it gives them, in real time, as long as the next timer is away:
    else every timer would fire before work that takes a millisecond is done. Where sockets or pipes are
    watched, it gives them a moment.
    """

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.at_work = 0
        self._clock = clock
        self._waited = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:  # nothing is scheduled: only another thread can wake us
            return super().select(None)
        if self.at_work:
            began = perf_counter()
            ready = super().select(max(timeout - self._waited, 0))
            self._waited += perf_counter() - began
        elif len(self.get_map()) > 1:  # more is watched than the loop's own wake-up call
            ready = super().select(min(timeout, GRACE_SECONDS))
        if ready:
            return ready
        self._waited = 0.0
        self._clock.reach(self._clock.now() + timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose time is a `VirtualClock`'s.

    It is meant for simulations without sockets: real input and output still works, but timers give it no
    more than a moment. They do wait for work that was given to an executor (`asyncio.to_thread`).
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._jumping = _JumpingSelector(clock)
        super().__init__(self._jumping)
        self.keeps = clock

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Have a thread do it, and let no timer overtake it."""
        future = super().run_in_executor(executor, func, *args)
        self._jumping.at_work += 1
        future.add_done_callback(self._worked)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for its threads without a limit, which would be over before they are."""
        await super().shutdown_default_executor()

    def _worked(self, _: object) -> None:
        self._jumping.at_work -= 1

    def time(self) -> float:
        return self.keeps.now()


def run_virtually(coroutine: Coroutine[Any, Any, Any], clock: VirtualClock) -> Any:
    """Run a coroutine to its end on virtual time, as `asyncio.run` does on real time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        return runner.run(coroutine)
