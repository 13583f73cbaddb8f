"""The session that is under way: what every way in needs to lead a call through the corridor."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self, TypeVar

from agentprobe.adapters.identity import libraries
from agentprobe.basis.clock import VirtualClock
from agentprobe.basis.virtual_loop import run_virtually
from agentprobe.chaos.canary import canaries_in
from agentprobe.chaos.injector import Injector
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.errors import AgentStopped
from agentprobe.kernel.session import Session
from agentprobe.trace.body import said
from agentprobe.trace.known_secrets import leaks
from agentprobe.trace.writer import TraceWriter

if TYPE_CHECKING:
    from agentprobe.adapters.orders import Orders


def _libraries() -> dict[str, Any]:
    """The versions of what this process has imported, for the end of the trace."""
    found = libraries()
    return {"libraries": found} if found else {}


def _die() -> None:
    """End this process as a kill does: nothing is cleaned up, nothing is said."""
    os._exit(KILLED)


KILLED = 137
"""The exit code of a process that a fault has killed: that of signal 9."""
Answer = Callable[[HttpRequest], Generator[Piece, None, None]]
"""A model in this process: answers a request in pieces, a head and then chunks."""
T = TypeVar("T")

here: ContextVar[Active | None] = ContextVar("agentprobe_session", default=None)
"""The session that this thread or task runs in."""
under_way: list[Active] = []
"""Every session entered in this process and not yet left."""
_path: ContextVar[str] = ContextVar("agentprobe_path", default="")
_lock = threading.Lock()


class Active:
    """A session with all that belongs to it; as a context manager, plain or async, it is the current one.

    Leaving it writes the end of its trace. `joined` says that another process leads the session and this one
    only adds to it, so that model calls, which pass through that process anyway, are left alone here.
    """

    def __init__(
        self,
        orders: Orders,
        session: Session,
        *,
        writer: TraceWriter | None = None,
        injector: Injector | None = None,
        answer: Answer | None = None,
        joined: bool = False,
    ) -> None:
        self.orders = orders
        self.session = session
        self.writer = writer
        self.injector = injector
        self.answer = answer
        self.joined = joined
        session.boundary.dies = _die if joined else None
        self._before: Active | None = None
        self._closed = False

    @property
    def simulated(self) -> bool:
        """Do model calls stay inside this process?"""
        return self.orders.simulated or self.answer is not None

    @property
    def virtual(self) -> bool:
        """Does time pass only when somebody sleeps?"""
        return isinstance(self.session.clock, VirtualClock)

    @property
    def path(self) -> str:
        """The names of the calls under way in this thread or task, outermost first, joined by `/`."""
        return _path.get()

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """While a call is carried out: calls made from within it carry its name in their path."""
        before = _path.get()
        token = _path.set(f"{before}/{name}" if before else name)
        try:
            yield
        finally:
            _path.reset(token)

    def broken(self, error: Exception) -> AgentStopped:
        """The stop that a fault of the house itself becomes, so that no agent takes it for the world's."""
        stop = AgentStopped(f"a room of the corridor broke: {type(error).__name__}: {error}")
        self.session.boundary.stopped = stop
        return stop

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run an asynchronous agent to its end on the session's clock, as `asyncio.run` does."""
        clock = self.session.clock
        if isinstance(clock, VirtualClock):
            result: T = run_virtually(coroutine, clock)
            return result
        return asyncio.run(coroutine)

    def close(self, status: str = "ok", **facts: Any) -> None:
        """Write the end of the trace and close its file; a second time does nothing."""
        if self.writer is not None and not self._closed:
            self.writer.end(status=status, **self._struck(), **_libraries(), **facts)
        self._closed = True

    def leaks(self) -> tuple[str, ...]:
        """Where a secret that this process knows stands in the trace all the same, without telling it."""
        if self.writer is None:
            return ()
        path = self.writer.path
        return tuple(f"{path}, {leak}; delete the file" for leak in leaks(path, self.writer.redact.known))

    def _struck(self) -> dict[str, Any]:
        """The faults that struck: a call that the agent gave up carries no mark of its own.

        With them the canaries of the instructions that they have planted, which nothing else tells.
        """
        receipts = self.injector.receipts if self.injector is not None else ()
        canaries = list(dict.fromkeys(canary for receipt in receipts for canary in canaries_in(receipt.did)))
        told = {"struck": [str(receipt) for receipt in receipts], "canaries": canaries}
        return {name: facts for name, facts in told.items() if facts}

    def _end(self, error: BaseException | None) -> None:
        if error is None:
            self.close()
        else:
            status = "stopped" if isinstance(error, AgentStopped) else "failed"
            self.close(status, error=f"{type(error).__name__}: {said(error)}")

    def __enter__(self) -> Self:
        self._before = here.get()
        here.set(self)
        with _lock:
            under_way.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        here.set(self._before)
        with _lock:
            under_way.remove(self)
        self._end(error if error is not None else self.session.boundary.stopped)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        self.__exit__(kind, error, _)
