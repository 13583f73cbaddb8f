"""Waits cut short: a sleep takes no time, and a silence no more of it than a cell is told to give it.

Import it before anything that might sleep. What was waited for is written down as it was meant.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import ssl
import threading
import time

longest = 20.0
"""Seconds that silence is really waited for, where somebody would wait longer; changed from cell to cell."""
STEP = 60.0
"""Seconds by which a clock jumps on, where it does."""
NAP = 0.002
"""Seconds that a sleep really takes."""
NOTEWORTHY = 0.1
"""Seconds of the shortest sleep that counts as waiting; libraries doze for reasons of their own."""

slept: list[float] = []
"""Every sleep worth noting, in seconds, as it was asked for."""

_sleep, _doze, _settimeout = time.sleep, asyncio.sleep, socket.socket.settimeout


def _note(seconds: float) -> float:
    if seconds >= NOTEWORTHY:
        slept.append(seconds)
    return min(seconds, NAP)


def _hurried_sleep(seconds: float) -> None:
    background = threading.current_thread().daemon  # a library's own, that would spin
    _sleep(seconds if background else _note(seconds))


async def _hurried_doze(delay: float, result: object = None) -> object:
    return await _doze(_note(delay) if delay > 0 else delay, result)


def _hurried_timeout(self: socket.socket, value: float | None) -> None:
    _settimeout(self, value if value is None else min(value, longest))


def _no_certificates(self: ssl.SSLContext, *given: object, **named: object) -> None:
    """Nothing here is encrypted, and reading all certificates for every client is most of a cell's time."""


class _Jumping(selectors.DefaultSelector):
    """Lets its clock jump on, step by step, once nothing has come for `longest`; timers then come early."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0
        self._heard = time.monotonic()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(None if timeout is None else min(timeout, longest))
        if ready or timeout is None:
            self._heard = time.monotonic()
        elif timeout > 0 and time.monotonic() - self._heard >= longest:
            self.ahead += max(timeout - longest, STEP)
        return ready


class _HurriedLoop(asyncio.SelectorEventLoop):
    """An event loop in which long timers come early when nothing else happens."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return super().time() + self._jumping.ahead


time.sleep = _hurried_sleep  # type: ignore[assignment]
asyncio.sleep = _hurried_doze  # type: ignore[assignment]
socket.socket.settimeout = _hurried_timeout  # type: ignore[assignment, method-assign]
ssl.SSLContext.load_verify_locations = _no_certificates  # type: ignore[assignment, method-assign]
asyncio.DefaultEventLoopPolicy._loop_factory = _HurriedLoop  # type: ignore[attr-defined]
