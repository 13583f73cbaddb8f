"""A session's door in the gateway: where its calls enter the corridor and who answers them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from agentprobe.adapters.active import Answer
from agentprobe.adapters.model_call import model_call, paced_async
from agentprobe.dialects import Dialect, dialect_for
from agentprobe.domain.wire import HttpRequest, Piece
from agentprobe.errors import Refused, ServerError
from agentprobe.gateway.heads import Arrival, raw_header
from agentprobe.gateway.pool import Pool
from agentprobe.kernel.session import Session
from agentprobe.splice.fetched import withheld

if TYPE_CHECKING:
    from agentprobe.gateway.proxy import Aim, Proxying


class Opened(Protocol):
    """An open session, as far as the gateway knows it."""

    @property
    def session(self) -> Session: ...

    @property
    def answer(self) -> Answer | None:
        """Who answers instead of the network, if anybody."""
        ...

    @property
    def simulated(self) -> bool:
        """Must no call reach the network?"""
        ...


if TYPE_CHECKING:
    from agentprobe.gateway.tunnel import Tunnel


class Entrance(Protocol):
    """Where requests to one address enter, and come out again as replies."""

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """What is under way."""
        ...

    def pieces(self, arrival: Arrival, target: str) -> tuple[Dialect | None, AsyncGenerator[Piece, None]]:
        """The reply to a request, as it comes, and the model's protocol that it speaks, if any."""
        ...

    async def finish(self, seconds: float) -> None:
        """Let what is under way end; after `seconds`, break it off."""
        ...


_spoken = lru_cache(maxsize=1024)(dialect_for)


def provider_of(name: str) -> str:
    """Whose protocol a dialect is: `openai` of `openai_chat`."""
    return name.partition("_")[0]


@dataclass(slots=True)
class Door:
    """One session: the corridor its model calls walk, and the providers behind it."""

    opened: Opened
    pools: Mapping[str, Pool]
    """By dialect or provider."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    """What is under way."""
    tunnels: set[Tunnel] = field(default_factory=set)
    """The web sockets that are open."""
    proxying: Proxying | None = None
    """What makes it a proxy too, if it is one."""
    carried: set[asyncio.Task[None]] = field(default_factory=set)
    """What passes through it unread."""

    def pieces(self, arrival: Arrival, target: str) -> tuple[Dialect | None, AsyncGenerator[Piece, None]]:
        """The reply to a request, as it comes: through the corridor when it is a model call."""
        dialect = _spoken(arrival.method, target)
        pool = self._pool(arrival, dialect, target)
        if pool is None or self.opened.answer is not None:
            request = arrival.request(target, None)
        else:
            request = arrival.request(pool.origin.path + target, pool.origin.address)
        if dialect is None:
            return None, self._beside(request, pool, of_models=True)
        boundary = self.opened.session.boundary
        call = model_call(request, dialect)
        return dialect, boundary.stream_async(call, lambda asked: self._world(asked.request, pool))

    def opening(self, arrival: Arrival, target: str) -> tuple[HttpRequest, Pool | None]:
        """The request for a web socket as it goes on, and where to."""
        pool = self._pool(arrival, None, target)
        if pool is None:
            return arrival.request(target, None), None
        return arrival.request(pool.origin.path + target, pool.origin.address), pool

    def answered(self, request: HttpRequest) -> AsyncGenerator[Piece, None]:
        """What whoever answers in this process says to a request."""
        return self._world(request, None)

    async def finish(self, seconds: float) -> None:
        """Let what is under way end; after `seconds`, break it off."""
        for tunnel in tuple(self.tunnels):
            tunnel.finish()
        for task in tuple(self.carried):
            task.cancel()
        await settle(self.tasks, seconds)

    def forwarded(self, arrival: Arrival, aim: Aim) -> tuple[Dialect | None, AsyncGenerator[Piece, None]]:
        """The reply to a request that came by proxy: only what speaks to models is ever simulated."""
        dialect = _spoken(arrival.method, aim.target)
        request = arrival.request(aim.target, aim.host)
        if dialect is None:
            return None, self._beside(request, aim.pool, of_models=aim.of_models)
        boundary = self.opened.session.boundary
        call = model_call(request, dialect)
        return dialect, boundary.stream_async(call, lambda asked: self._world(asked.request, aim.pool))

    def _pool(self, arrival: Arrival, dialect: Dialect | None, target: str) -> Pool | None:
        if dialect is not None:
            return self.pools.get(dialect.name) or self.pools.get(provider_of(dialect.name))
        spoken = _asked_of(arrival, target)
        names = sorted(self.pools, key=lambda name: provider_of(name) != spoken)
        return self.pools[names[0]] if names else None

    def _beside(
        self, request: HttpRequest, pool: Pool | None, *, of_models: bool
    ) -> AsyncGenerator[Piece, None]:
        """The reply to what is no model call; refused where it could tell what is being suppressed."""
        session = self.opened.session
        if why := withheld(session, request.method, request.target, of_models=of_models):
            return _refusing(why)
        if of_models or pool is None:
            return self._world(request, pool)
        return pool.exchange(request, session.clock)

    def _world(self, request: HttpRequest, pool: Pool | None) -> AsyncGenerator[Piece, None]:
        clock, answer = self.opened.session.clock, self.opened.answer
        if answer is None and pool is not None and not self.opened.simulated:
            return pool.exchange(request, clock)
        return paced_async((answer or _nobody)(request), clock, request.patience)


def _asked_of(arrival: Arrival, target: str) -> str:
    """Whose a request is that is no model call: a list of models, a count of tokens, an upload."""
    if raw_header(arrival.headers, b"anthropic-version") is not None:
        return "anthropic"
    if raw_header(arrival.headers, b"x-goog-api-client") or raw_header(arrival.headers, b"x-goog-api-key"):
        return "gemini"
    return "ollama" if target.startswith("/api/") else "openai"


def _nobody(request: HttpRequest) -> Generator[Piece, None, None]:
    """The answer of a session in which nobody answers: it never reaches for the network instead."""
    yield from ()
    path = request.target.partition("?")[0]
    raise ServerError(
        502, f"agentprobe: this session has neither a provider nor a simulated model for {path}"
    )


async def _refusing(why: str) -> AsyncGenerator[Piece, None]:
    nothing: tuple[Piece, ...] = ()
    for piece in nothing:
        yield piece
    raise Refused(why)


async def settle(tasks: set[asyncio.Task[None]], seconds: float) -> None:
    """Wait until these tasks have ended; after `seconds`, cancel those that have not."""
    if not tasks:
        return
    _, late = await asyncio.wait(tuple(tasks), timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=seconds)
