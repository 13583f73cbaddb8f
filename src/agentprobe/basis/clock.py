"""Time, given to whoever needs it: the real one, and one that passes only when asked to."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from time import perf_counter, sleep  # by name: the module's own may be put on virtual time
from typing import Protocol


class Clock(Protocol):
    """Where a session gets its time from; every figure is in seconds."""

    def now(self) -> float:
        """Seconds on a scale that never goes back; only differences mean something."""
        ...

    def date(self) -> datetime:
        """The calendar's date and time, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass for a synchronous caller."""
        ...

    async def pause(self, seconds: float) -> None:
        """Let time pass for an asynchronous caller."""
        ...


class RealClock:
    """The time on the wall."""

    def now(self) -> float:
        return perf_counter()

    def date(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        sleep(max(seconds, 0))

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0))


class VirtualClock:
    """Time that passes only when somebody sleeps, and then at once.

    Under an event loop that keeps this clock's time (`basis.virtual_loop`) concurrent pauses overlap
    as they would in the world; elsewhere a pause moves the clock on by itself.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)) -> None:
        self._start = start.timestamp()
        self._passed = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._passed

    def date(self) -> datetime:
        return datetime.fromtimestamp(self._start + self._passed, UTC)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._passed += max(seconds, 0)

    def reach(self, moment: float) -> None:
        """Move on to `moment` on the scale of `now`, never back."""
        with self._lock:
            self._passed = max(self._passed, moment)

    async def pause(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if getattr(loop, "keeps", None) is self:
            await asyncio.sleep(max(seconds, 0))
        else:
            self.sleep(seconds)
            await asyncio.sleep(0)
