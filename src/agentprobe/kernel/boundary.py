"""The boundary: the one place where an agent meets the world."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Generator, Iterable
from contextlib import aclosing, closing
from typing import Any

from agentprobe.basis.clock import Clock
from agentprobe.domain.call import LEFT, NOTHING, Call, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, Piece
from agentprobe.errors import AgentStopped, Killed
from agentprobe.kernel.crossing import Arriving, Crossing
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Do, Interceptor, Wait

Perform = Callable[[Call], Any]
PerformAsync = Callable[[Call], Awaitable[Any]]
Open = Callable[[Call], Generator[Piece, None, None]]
"""Asks the world for a reply in pieces: a head without chunks, then chunks."""
OpenAsync = Callable[[Call], AsyncGenerator[Piece, None]]
WORLD_FAILS = (Exception, AgentStopped)


class Boundary:
    """One session's corridor: rooms in the order of their places, and two thin drivers.

    `call` and `stream` serve synchronous agents, `call_async` and `stream_async` the others; they differ in
    who waits and in nothing else. Stop signals are sticky: once a room has stopped the agent, every further
    call of the session is refused, and only the rooms at the agent's side still see it.
    """

    def __init__(self, rooms: Iterable[Interceptor], clock: Clock) -> None:
        self.rooms = tuple(sorted(rooms, key=lambda room: room.place))
        self.clock = clock
        self.stopped: AgentStopped | None = None
        self.dies: Callable[[], None] | None = None
        """What ends the process, where the agent has one of its own that may be killed."""
        self._outer = tuple(room for room in self.rooms if room.place is Place.AGENT_SIDE)
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._sites: Counter[str] = Counter()

    # -- answers that come at once: tools, state -------------------------------------------------

    def call(self, call: Call, perform: Perform) -> Outcome:
        """Lead a call through the corridor; `perform` asks the world and may raise.

        What it returns is the value, or an Outcome where the world gave a value and an error together.
        """
        with self._enter(call) as crossing:
            while (step := crossing.step) is not None:
                if isinstance(step, Call) and self.stopped is None:
                    crossing.go(Outcome.of(lambda asked=step: perform(asked)))  # type: ignore[misc]
                else:
                    crossing.go(self._serve(step))
        return self._settled(crossing)

    async def call_async(self, call: Call, perform: PerformAsync) -> Outcome:
        """The same for an asynchronous agent."""
        with self._enter(call) as crossing:
            while (step := crossing.step) is not None:
                if isinstance(step, Call) and self.stopped is None:
                    crossing.go(await _outcome_of(perform(step)))
                else:
                    crossing.go(await self._serve_async(step))
        return self._settled(crossing)

    # -- answers of one's own code that come in pieces ---------------------------------------------

    def watch(self, call: Call, give: Callable[[Call], Iterable[Any]]) -> Generator[Any, None, None]:
        """Lead a call whose answer is given piece by piece, and yield each as it comes.

        The rooms see the list of all pieces, and can only observe: where one would give another answer, the
        pieces must be gathered and led by `call`.
        """
        with self._enter(call) as crossing:
            while (step := crossing.step) is not None:
                if not isinstance(step, Call) or self.stopped is not None:
                    crossing.go(self._serve(step))
                    continue
                pieces: list[Any] = []
                error: BaseException | None = None
                try:
                    for piece in give(step):
                        pieces.append(piece)
                        yield piece
                except WORLD_FAILS as failure:
                    error = failure
                crossing.go(Outcome(value=pieces, error=error))
        self._settled(crossing).unwrap()

    async def watch_async(
        self, call: Call, give: Callable[[Call], AsyncIterable[Any]]
    ) -> AsyncGenerator[Any, None]:
        """The same for an asynchronous agent."""
        with self._enter(call) as crossing:
            while (step := crossing.step) is not None:
                if not isinstance(step, Call) or self.stopped is not None:
                    crossing.go(await self._serve_async(step))
                    continue
                pieces: list[Any] = []
                error: BaseException | None = None
                try:
                    async for piece in give(step):
                        pieces.append(piece)
                        yield piece
                except WORLD_FAILS as failure:
                    error = failure
                crossing.go(Outcome(value=pieces, error=error))
        self._settled(crossing).unwrap()

    # -- answers that come in pieces: everything over HTTP ---------------------------------------

    def stream(self, call: Call, open: Open) -> Generator[Piece, None, None]:
        """Lead a call through the corridor and yield its reply: the head, then each chunk as it comes.

        Where no room holds the call, chunks pass while all rooms are suspended at their `yield` and can
        only observe; where one does, the reply is gathered first and released when they are done. What
        ends a reply early is raised after its last chunk.
        """
        with self._enter(call) as crossing:
            while (step := crossing.step) is not None:
                if not isinstance(step, Call) or self.stopped is not None:
                    crossing.go(self._serve(step))
                elif step.held:
                    crossing.go(_gathered(open(step)))
                elif (yield from self._live(crossing, step, open(step))):
                    self._settled(crossing).unwrap()
                    return
        outcome = self._settled(crossing)
        for piece in _pieces(outcome):
            if isinstance(piece, Chunk) and piece.pause:
                self.clock.sleep(piece.pause)
            yield piece
        outcome.unwrap()

    async def stream_async(self, call: Call, open: OpenAsync) -> AsyncGenerator[Piece, None]:
        """The same for an asynchronous agent."""
        with self._enter(call) as crossing:
            while (step := crossing.step) is not None:
                if not isinstance(step, Call) or self.stopped is not None:
                    crossing.go(await self._serve_async(step))
                elif step.held:
                    crossing.go(await _gathered_async(open(step)))
                else:  # what `_live` does, in place: a second generator would double the cost of a piece
                    arriving, error = Arriving(), None
                    async with aclosing(open(step)) as pieces:
                        try:
                            async for piece in pieces:
                                arriving.take(piece)
                                if arriving.leaves(step):
                                    yield piece
                        except WORLD_FAILS as failure:
                            error = failure
                        except BaseException:  # the agent closed the stream, or was cancelled
                            crossing.go(arriving.outcome(marks=(LEFT,)))
                            raise
                    left = arriving.leaves(step)
                    await self._finish_async(crossing, arriving.outcome(error), left=left)
                    if left:
                        self._settled(crossing).unwrap()
                        return
        outcome = self._settled(crossing)
        async for piece in self._released(outcome):
            yield piece
        outcome.unwrap()

    async def _released(self, outcome: Outcome) -> AsyncGenerator[Piece, None]:
        """What a held answer has become, at its pace."""
        for piece in _pieces(outcome):
            if isinstance(piece, Chunk) and piece.pause:
                await self.clock.pause(piece.pause)
            yield piece

    def _live(
        self, crossing: Crossing, step: Call, pieces: Generator[Piece, None, None]
    ) -> Generator[Piece, None, bool]:
        """Pass pieces on as they come; say whether any has left, and if so finish the walk."""
        arriving, error = Arriving(), None
        with closing(pieces):
            try:
                for piece in pieces:
                    arriving.take(piece)
                    if arriving.leaves(step):
                        yield piece
            except WORLD_FAILS as failure:
                error = failure
            except BaseException:  # the agent closed the stream, or was cancelled
                crossing.go(arriving.outcome(marks=(LEFT,)))
                raise
        seen = arriving.outcome(error)
        if not arriving.leaves(step):
            crossing.go(seen)
            return False
        crossing.observe(seen)
        while crossing.step is not None:
            crossing.observe(self._serve(crossing.step))
        crossing.confirm(seen)
        return True

    async def _finish_async(self, crossing: Crossing, seen: Outcome, *, left: bool) -> None:
        """Tell the rooms what came, live; they finish the walk unless nothing has left."""
        if not left:
            crossing.go(seen)
            return
        crossing.observe(seen)
        while crossing.step is not None:
            crossing.observe(await self._serve_async(crossing.step))
        crossing.confirm(seen)

    def revive(self) -> None:
        """Let calls through again: the agent was killed, and has been started anew."""
        self.stopped = None

    # -- what both drivers share -----------------------------------------------------------------

    def _enter(self, call: Call) -> Crossing:
        site = call.site
        with self._lock:
            number = next(self._ids)
            nth = self._sites[site] = self._sites[site] + 1
        rooms = self._outer if self.stopped is not None else self.rooms
        return Crossing(call.numbered(f"c{number}", nth), rooms)

    def _serve(self, step: object) -> Outcome:
        """Perform a step that is no call to the world, or refuse the call of a stopped agent."""
        match step:
            case Wait(seconds):
                self.clock.sleep(seconds)
                return NOTHING
            case Do(act):
                return Outcome.of(act)
            case _:
                return Outcome(error=self.stopped)

    async def _serve_async(self, step: object) -> Outcome:
        if isinstance(step, Wait):
            await self.clock.pause(step.seconds)
            return NOTHING
        return self._serve(step)

    def _settled(self, crossing: Crossing) -> Outcome:
        if isinstance(crossing.outcome.error, Killed) and self.dies is not None:
            self.dies()
        if isinstance(crossing.outcome.error, AgentStopped):
            self.stopped = self.stopped or crossing.outcome.error
        return crossing.outcome


async def _outcome_of(answer: Awaitable[Any]) -> Outcome:
    try:
        value = await answer
        return value if isinstance(value, Outcome) else Outcome(value=value)
    except WORLD_FAILS as error:
        return Outcome(error=error)


def _gathered(pieces: Generator[Piece, None, None]) -> Outcome:
    arriving = Arriving()
    with closing(pieces):
        try:
            for piece in pieces:
                arriving.take(piece)
        except WORLD_FAILS as error:
            return arriving.outcome(error)
    return arriving.outcome()


async def _gathered_async(pieces: AsyncGenerator[Piece, None]) -> Outcome:
    arriving = Arriving()
    async with aclosing(pieces):
        try:
            async for piece in pieces:
                arriving.take(piece)
        except WORLD_FAILS as error:
            return arriving.outcome(error)
    return arriving.outcome()


def _pieces(outcome: Outcome) -> tuple[Piece, ...]:
    reply = outcome.value
    return (reply.head, *reply.chunks) if isinstance(reply, HttpReply) else ()
