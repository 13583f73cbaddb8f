"""An event loop that jumps over idle time, so that an hour of timeouts takes no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

from agentprobe.basis.clock import VirtualClock


class _JumpingSelector(selectors.DefaultSelector):
    """Never blocks for a timer: asks once without waiting, then moves the clock on instead."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:  # nothing is scheduled: only another thread can wake us
            return super().select(None)
        self._clock.reach(self._clock.now() + timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose time is a `VirtualClock`'s.

    It is meant for simulations without sockets: real input and output still works, but a timer never
    waits for it.
    """

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_JumpingSelector(clock))
        self.keeps = clock

    def time(self) -> float:
        return self.keeps.now()


def run_virtually(coroutine: Coroutine[Any, Any, Any], clock: VirtualClock) -> Any:
    """Run a coroutine to its end on virtual time, as `asyncio.run` does on real time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        return runner.run(coroutine)
