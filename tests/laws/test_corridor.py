"""What is true of every corridor, over generated rooms, worlds and orders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.basis.clock import VirtualClock
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, Piece
from agentprobe.errors import CutOff, ServerError
from agentprobe.kernel.boundary import Boundary
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Interceptor, Passage, Wait
from agentprobe.kernel.session import Session, Setup

PLACES = st.sampled_from(list(Place))


@dataclass
class Notes:
    place: Place
    seen: list[Outcome | None] = field(default_factory=list)

    def intercept(self, call: Call) -> Passage:
        outcome = None
        try:
            outcome = yield call
            return outcome
        finally:
            self.seen.append(outcome)


@dataclass
class Delays:
    place: Place
    seconds: float

    def intercept(self, call: Call) -> Passage:
        yield Wait(self.seconds)
        return (yield call)


@dataclass
class Stamps:
    """Changes an answer: adds its own letter as a last chunk."""

    place: Place
    letter: bytes

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        if not isinstance(outcome.value, HttpReply):
            return outcome
        chunks = (*outcome.value.chunks, Chunk(self.letter))
        return Outcome(value=outcome.value.with_chunks(chunks), error=outcome.error).marked("stamped")


@dataclass
class Retries:
    place: Place

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        if not outcome.ok:
            yield Wait(1)
            outcome = (yield call.hold()).marked("retried")
        return outcome


@dataclass
class Fails:
    """Fails by chance, at an address: which calls fail depends on the seed and the call alone."""

    session: Session
    place: Place = Place.INJECT

    def intercept(self, call: Call) -> Passage:
        if self.session.dice.chance(0.4, "fails", call.site, call.request):
            return Outcome(error=ServerError(503)).marked("fault:server_error")
        return (yield call)


rooms = st.one_of(
    st.builds(Notes, PLACES),
    st.builds(Delays, PLACES, st.floats(0, 1000)),
    st.builds(Stamps, PLACES, st.sampled_from([b"x", b"y"])),
    st.builds(Retries, PLACES),
)
corridors = st.lists(rooms, max_size=5, unique_by=lambda room: room.place)
worlds = st.tuples(
    st.integers(200, 503), st.lists(st.binary(max_size=8), max_size=5), st.integers(0, 3), st.booleans()
)
World = tuple[int, list[bytes], int, bool]
CALL = Call(kind=Kind.MODEL, name="m")


@dataclass
class Scripted:
    """A world that fails some times before its head, then gives its chunks, perhaps not to the end."""

    script: World
    asked: int = 0

    def open(self, call: Call) -> Generator[Piece, None, None]:
        status, chunks, failures, breaks = self.script
        self.asked += 1
        if self.asked <= failures:
            raise ConnectionError("refused")
        yield HttpReply(status=status)
        for data in chunks:
            yield Chunk(data)
        if breaks:
            raise CutOff("broken")

    async def open_async(self, call: Call) -> AsyncGenerator[Piece, None]:
        for piece in self.open(call):
            yield piece


async def drain_async(pieces: AsyncGenerator[Piece, None]) -> tuple[list[Piece], str]:
    got: list[Piece] = []
    try:
        async for piece in pieces:
            got.append(piece)
    except Exception as error:
        return got, type(error).__name__
    return got, ""


def one_by_one(pieces: Generator[Piece, None, None]) -> tuple[list[Piece], str]:
    got: list[Piece] = []
    try:
        for piece in pieces:
            got.append(piece)
    except Exception as error:
        return got, type(error).__name__
    return got, ""


@given(worlds)
def test_an_empty_corridor_is_the_world(script: World) -> None:
    through = one_by_one(Boundary([], VirtualClock()).stream(CALL, Scripted(script).open))
    assert through == one_by_one(Scripted(script).open(CALL))


@given(worlds, corridors, PLACES)
def test_recording_changes_nothing(script: World, corridor: list[Interceptor], place: Place) -> None:
    plain = one_by_one(Boundary(corridor, VirtualClock()).stream(CALL, Scripted(script).open))
    recorded = one_by_one(
        Boundary([*corridor, Notes(place)], VirtualClock()).stream(CALL, Scripted(script).open)
    )
    assert recorded == plain


@given(worlds, corridors, st.randoms())
def test_the_order_of_the_list_given_is_irrelevant(
    script: World, corridor: list[Interceptor], random: object
) -> None:
    shuffled = list(corridor)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands out a Random
    results = []
    for listed in (corridor, shuffled):
        clock = VirtualClock()
        results.append((one_by_one(Boundary(listed, clock).stream(CALL, Scripted(script).open)), clock.now()))
    assert results[0] == results[1]


@given(worlds, corridors)
def test_sync_equals_async(script: World, corridor: list[Interceptor]) -> None:
    clock, clock_async = VirtualClock(), VirtualClock()
    world, world_async = Scripted(script), Scripted(script)
    synchronous = one_by_one(Boundary(corridor, clock).stream(CALL, world.open))
    asynchronous = asyncio.run(
        drain_async(Boundary(corridor, clock_async).stream_async(CALL, world_async.open_async))
    )
    assert synchronous == asynchronous
    assert (world.asked, clock.now()) == (world_async.asked, clock_async.now())


@given(st.integers(), st.lists(st.integers(0, 50), unique=True, max_size=20), st.integers(1, 8))
def test_the_same_seed_gives_the_same_trace_at_any_concurrency(
    seed: int, requests: list[int], workers: int
) -> None:
    def outcomes(threads: int) -> dict[object, tuple[str, ...]]:
        session = Setup((Fails,)).open("s", seed=seed, clock=VirtualClock())

        def ask(number: int) -> tuple[object, tuple[str, ...]]:
            call = Call(kind=Kind.TOOL, name="find", request=number)
            return number, session.boundary.call(call, lambda asked: asked.request).marks

        with ThreadPoolExecutor(threads) as pool:
            return dict(pool.map(ask, requests))

    assert outcomes(workers) == outcomes(1)
