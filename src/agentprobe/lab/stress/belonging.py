"""Whose a thread is, and whose world a variable names, while several sessions share one process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from agentprobe.adapters.active import Active, here

_NOTHING: Mapping[str, str] = MappingProxyType({})
_own: ContextVar[Mapping[str, str]] = ContextVar("agentprobe_own_environment", default=_NOTHING)


@contextmanager
def threads_belong() -> Iterator[None]:
    """Let threads, and what pools carry out, belong to the session of whoever has started them.

    A thread begins without context. While one session is under way its calls can be nobody else's; while
    several are, nothing else says whose they are.
    """
    start, submit = threading.Thread.start, ThreadPoolExecutor.submit
    threading.Thread.start = _started(start)  # type: ignore[method-assign]  # where all threads begin
    ThreadPoolExecutor.submit = _submitted(submit)  # type: ignore[method-assign]  # and all work for pools
    try:
        yield
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]  # as it was
        ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]  # as it was


@contextmanager
def own_environment(values: Mapping[str, str]) -> Iterator[None]:
    """Let `os.environ` have these values in this thread or task alone."""
    token = _own.set(values)
    try:
        yield
    finally:
        _own.reset(token)


@contextmanager
def own_environments() -> Iterator[None]:
    """Let `os.environ` look for a session's own values first."""
    environ: Any = os.environ
    before = environ.__class__
    environ.__class__ = _Environ
    try:
        yield
    finally:
        environ.__class__ = before


class _Environ(os._Environ):  # type: ignore[type-arg]  # generic for type checkers alone
    """The environment as a session sees it; child processes get it where they are given a copy."""

    def __getitem__(self, key: str) -> str:
        own = _own.get()
        return own[key] if key in own else str(super().__getitem__(key))


@contextmanager
def _belonging(active: Active | None, own: Mapping[str, str]) -> Iterator[None]:
    token, environment = here.set(active), _own.set(own)
    try:
        yield
    finally:
        here.reset(token)
        _own.reset(environment)


def _started(start: Callable[..., None]) -> Any:
    def begin(thread: threading.Thread) -> None:
        active, own, run = here.get(), _own.get(), thread.run

        def within() -> None:
            thread.__dict__.pop("run", None)  # else the thread would hold itself for ever
            with _belonging(active, own):
                run()

        if active is not None:
            thread.run = within  # type: ignore[method-assign]  # of this one thread
        start(thread)

    return begin


def _submitted(submit: Callable[..., Future[Any]]) -> Any:
    def hand(pool: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        active, own = here.get(), _own.get()

        def within() -> Any:
            with _belonging(active, own):
                return work(*args, **named)

        return submit(pool, within)

    return hand
