"""A session for code and tests: `with agentprobe.session(): ...`."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from agentprobe.adapters import frameworks, http_hook, startup, virtual_sleep
from agentprobe.adapters.active import Active, Answer
from agentprobe.adapters.orders import Orders
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.trace.replay.room import Replaying


@runtime_checkable
class Model(Protocol):
    """A model in this process, such as a simulated one."""

    def pieces(self, request: HttpRequest) -> Generator[Piece, None, None]:
        """Answer a request: a head, then chunks."""
        ...


def session(
    id: str | None = None,
    *,
    trace: Path | str | None = None,
    seed: int = 0,
    schedule: str = "",
    virtual: bool = False,
    model: Model | Answer | None = None,
    replay: Path | str | None = None,
    suppress: Mapping[str, str] | None = None,
) -> Active:
    """Begin a session; used with `with` or `async with` it is the current one until it is left.

    Model calls of httpx, httpx2, aiohttp and requests clients, calls of `@agentprobe.tool` functions and the
    tools of agent frameworks then pass its corridor: they are written to `trace`, and disturbed by the
    faults in `schedule`. `model` answers in the network's place, and `virtual` lets time pass only when
    somebody sleeps. `replay` is a trace whose answers take the world's place: nothing reaches it, and what
    was never recorded is refused.

    Raises ConfigError for a schedule that cannot be read, TraceError for a trace that cannot.
    """
    http_hook.install()
    startup.hook_libraries()
    frameworks.install()
    if virtual:
        virtual_sleep.install()
    orders = Orders(
        id=id or f"session-{secrets.token_hex(4)}",
        seed=seed,
        trace=Path(trace) if trace is not None else None,
        schedule=schedule,
        virtual=virtual,
        simulated=model is not None,
        replay=Replaying(trace=Path(replay)) if replay is not None else None,
        suppress=suppress or {},
    )
    return orders.open(answer=model.pieces if isinstance(model, Model) else model)
