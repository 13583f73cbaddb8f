"""Virtual time for code that knows nothing of it: sleeps, clocks and event loops of the current session."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, SupportsIndex

from agentprobe.adapters.active import here
from agentprobe.adapters.current import current
from agentprobe.basis.clock import VirtualClock
from agentprobe.basis.virtual_loop import VirtualLoop

real_sleep = time.sleep
"""What `time.sleep` is outside of sessions on virtual time."""
_real_clocks = {name: getattr(time, name) for name in ("time", "monotonic", "perf_counter")}
_policy = asyncio.DefaultEventLoopPolicy
_real_loop = _policy.new_event_loop


def install() -> None:
    """Put the current session's clock under the standard library, where that clock is virtual.

    There `time.sleep` takes no time, event loops made by `asyncio.run` and its like jump over idle time, and
    `time.time`, `time.monotonic` and `time.perf_counter` run ahead by what was slept, so that deadlines
    which the code sets itself come when they should. Elsewhere nothing changes, and `datetime.now` never
    does. A second time does nothing.
    """
    time.sleep = _sleep
    for name, clock in _ahead.items():
        setattr(time, name, clock)
    _policy.new_event_loop = _loop  # type: ignore[method-assign, assignment]  # asyncio has no other place for it


def uninstall() -> None:
    """Give the standard library its own time back."""
    time.sleep = real_sleep
    for name, clock in _real_clocks.items():
        setattr(time, name, clock)
    _policy.new_event_loop = _real_loop  # type: ignore[method-assign]  # as it was


def _clock() -> VirtualClock | None:
    active = current()
    clock = active.session.clock if active is not None else None
    return clock if isinstance(clock, VirtualClock) else None


def _sleep(seconds: float | SupportsIndex, /) -> None:
    clock = None if _in_background() else _clock()
    if clock is None:
        real_sleep(seconds)
        return
    passing = float(seconds)
    if passing < 0:
        raise ValueError("sleep length must be non-negative")
    clock.sleep(passing)


def _in_background() -> bool:
    """Is this a library's own thread, that looks for work again and again and would spin the virtual clock?

    Such threads are daemons and inherit no context; those of an agent have one or the other otherwise.
    """
    return here.get() is None and threading.current_thread().daemon


def _loop(policy: Any) -> asyncio.AbstractEventLoop:
    clock = _clock()
    return _real_loop(policy) if clock is None else VirtualLoop(clock)


def _running_ahead(real: Callable[[], float]) -> Callable[[], float]:
    def ahead() -> float:
        clock = _clock()
        return real() if clock is None else real() + clock.now()

    return ahead


_ahead = {name: _running_ahead(clock) for name, clock in _real_clocks.items()}
