"""The two drivers: calls, live and held streams, leaving early, stopping, on real and virtual time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.basis.virtual_loop import run_virtually
from agentprobe.domain.call import LEFT, Call, Kind, Outcome
from agentprobe.domain.wire import Chunk, HttpReply, Piece
from agentprobe.errors import AgentStopped, BudgetSpent, CutOff, RoomError
from agentprobe.kernel.boundary import Boundary
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Interceptor, Passage, Wait

CALL = Call(kind=Kind.MODEL, name="m")
TOOL = Call(kind=Kind.TOOL, name="find")
HEAD = HttpReply(status=200)
A, B, C = Chunk(b"a"), Chunk(b"b"), Chunk(b"c")
REPLY = HEAD.with_chunks((A, B, C))


def world(call: Call) -> Generator[Piece, None, None]:
    yield HEAD
    yield from (A, B, C)


def broken(call: Call) -> Generator[Piece, None, None]:
    yield HEAD
    yield A
    raise CutOff("gone")


async def world_async(call: Call) -> AsyncGenerator[Piece, None]:
    for piece in world(call):
        yield piece


@dataclass
class Notes:
    place: Place = Place.AGENT_SIDE
    seen: list[Outcome | None] = field(default_factory=list)

    def intercept(self, call: Call) -> Passage:
        outcome = None
        try:
            outcome = yield call
            return outcome
        finally:
            self.seen.append(outcome)


class Cuts:
    """Changes a streamed answer, and so holds it."""

    place = Place.INJECT

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold()
        return Outcome(value=outcome.value.with_chunks((A,))).marked("fault:cut")


class CutsTooLate:
    place = Place.INJECT

    def intercept(self, call: Call) -> Passage:
        yield call
        return Outcome(value=HEAD)


class AsksAgainTooLate:
    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        yield call
        return (yield call)


class Stops:
    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        if call.nth > 1:
            raise BudgetSpent("one call is enough")
        return (yield call)


class Slow:
    place = Place.INJECT

    def intercept(self, call: Call) -> Passage:
        yield Wait(600)
        return (yield call)


def boundary(*rooms: Interceptor) -> Boundary:
    return Boundary(rooms, VirtualClock())


async def collect(pieces: AsyncGenerator[Piece, None]) -> list[Piece]:
    return [piece async for piece in pieces]


def test_chunks_pass_before_the_next_is_asked_for() -> None:
    asked: list[int] = []

    def counting(call: Call) -> Generator[Piece, None, None]:
        yield HEAD
        for number in range(3):
            asked.append(number)
            yield Chunk(b"%d" % number)

    stream = boundary(Notes()).stream(CALL, counting)
    assert next(stream) == HEAD
    assert asked == []
    assert next(stream) == Chunk(b"0")
    assert asked == [0]
    stream.close()


def test_a_live_room_sees_the_whole_reply_in_the_end() -> None:
    notes = Notes()
    assert list(boundary(notes).stream(CALL, world)) == [HEAD, A, B, C]
    assert notes.seen == [Outcome(value=REPLY)]


def test_a_held_reply_leaves_as_the_room_made_it() -> None:
    notes = Notes()
    assert list(boundary(Cuts(), notes).stream(CALL, world)) == [HEAD, A]
    assert notes.seen == [Outcome(value=HEAD.with_chunks((A,)), marks=("fault:cut",))]


def test_a_held_reply_leaves_as_the_room_made_it_for_async_agents_too() -> None:
    held = boundary(Cuts())
    assert asyncio.run(collect(held.stream_async(CALL, world_async))) == [HEAD, A]


def test_a_slowed_chunk_waits_on_the_sessions_clock() -> None:
    class Slows:
        place = Place.INJECT

        def intercept(self, call: Call) -> Passage:
            outcome = yield call.hold()
            return Outcome(value=outcome.value.with_chunks((A, Chunk(b"b", pause=7.0))))

    slowed = boundary(Slows())
    assert len(list(slowed.stream(CALL, world))) == 3
    assert slowed.clock.now() == 7.0


def test_what_breaks_a_stream_reaches_the_agent_and_the_rooms() -> None:
    notes = Notes()
    stream = boundary(notes).stream(CALL, broken)
    assert [next(stream), next(stream)] == [HEAD, A]
    with pytest.raises(CutOff):
        next(stream)
    seen = notes.seen[0]
    assert seen is not None
    assert seen.value == HEAD.with_chunks((A,))
    assert isinstance(seen.error, CutOff)


def test_a_room_may_repeat_a_call_of_which_nothing_has_left() -> None:
    tries = []

    def refuses_once(call: Call) -> Generator[Piece, None, None]:
        tries.append(call)
        if len(tries) == 1:
            raise ConnectionError("refused")
        yield from world(call)

    class Again:
        place = Place.GUARD

        def intercept(self, call: Call) -> Passage:
            outcome = yield call
            return (yield call) if not outcome.ok else outcome

    assert list(boundary(Again()).stream(CALL, refuses_once)) == [HEAD, A, B, C]
    assert len(tries) == 2


def test_a_room_may_not_change_what_has_left() -> None:
    with pytest.raises(RoomError, match=r"changed an answer after it has left"):
        list(boundary(CutsTooLate()).stream(CALL, world))


def test_a_room_may_not_repeat_what_has_left() -> None:
    with pytest.raises(RoomError, match=r"asks the world again after a chunk has left"):
        list(boundary(AsksAgainTooLate()).stream(CALL, world))


def test_an_agent_that_leaves_early_is_noted_with_what_it_had() -> None:
    closed: list[bool] = []

    def watched(call: Call) -> Generator[Piece, None, None]:
        try:
            yield from world(call)
        finally:
            closed.append(True)

    notes = Notes()
    stream = boundary(notes).stream(CALL, watched)
    next(stream)
    next(stream)
    stream.close()
    assert notes.seen == [Outcome(value=HEAD.with_chunks((A,)), marks=(LEFT,))]
    assert closed == [True]


def test_an_async_agent_that_leaves_early_is_noted_with_what_it_had() -> None:
    notes = Notes()

    async def leave() -> None:
        stream = boundary(notes).stream_async(CALL, world_async)
        await anext(stream)
        await anext(stream)
        await stream.aclose()

    asyncio.run(leave())
    assert notes.seen == [Outcome(value=HEAD.with_chunks((A,)), marks=(LEFT,))]


def test_a_cancelled_call_is_noted_as_abandoned() -> None:
    notes = Notes()

    async def never(call: Call) -> object:
        return await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(boundary(notes).call_async(TOOL, never))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert notes.seen == [None]


def test_a_cancelled_stream_closes_the_world_and_is_noted() -> None:
    notes, closed = Notes(), []

    async def stalls(call: Call) -> AsyncGenerator[Piece, None]:
        try:
            yield HEAD
            yield A
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    async def cancel() -> None:
        task = asyncio.create_task(collect(boundary(notes).stream_async(CALL, stalls)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert notes.seen == [Outcome(value=HEAD.with_chunks((A,)), marks=(LEFT,))]
    assert closed == [True]


def test_after_a_stop_every_call_is_refused_and_still_seen_at_the_agents_side() -> None:
    notes = Notes()
    performed: list[Call] = []
    stopping = boundary(Stops(), notes)
    assert stopping.call(TOOL, performed.append).ok
    for _ in range(3):
        outcome = stopping.call(TOOL, performed.append)
        with pytest.raises(BudgetSpent):
            outcome.unwrap()
    with pytest.raises(BudgetSpent):
        list(stopping.stream(CALL, world))
    assert len(performed) == 1
    assert len(notes.seen) == 5


def test_a_stop_passes_code_that_swallows_every_exception() -> None:
    stopping = boundary(Stops())

    def tool() -> str:
        try:
            stopping.call(TOOL, lambda call: None)
            stopping.call(TOOL, lambda call: None).unwrap()
        except Exception:
            return "swallowed"
        return "unreached"

    with pytest.raises(AgentStopped):
        tool()


def test_a_stop_that_rises_from_inside_a_tool_is_sticky() -> None:
    plain = boundary()

    def spends(call: Call) -> None:
        raise BudgetSpent("spent inside")

    assert not plain.call(TOOL, spends).ok
    with pytest.raises(BudgetSpent):
        plain.call(TOOL, lambda call: "again").unwrap()


def test_an_hour_of_waiting_takes_no_time() -> None:
    slow = boundary(*[Slow() for _ in range(6)])
    assert slow.call(TOOL, lambda call: "late").value == "late"
    assert slow.clock.now() == 3600


def test_concurrent_waits_overlap_on_a_virtual_loop() -> None:
    clock = VirtualClock()
    slow = Boundary([Slow()], clock)

    async def answer(call: Call) -> str:
        return "late"

    async def both() -> list[Outcome]:
        return list(await asyncio.gather(slow.call_async(TOOL, answer), slow.call_async(TOOL, answer)))

    assert [outcome.value for outcome in run_virtually(both(), clock)] == ["late", "late"]
    assert clock.now() == 600


def test_crossings_are_numbered_by_site() -> None:
    seen: list[tuple[str, str, int]] = []
    plain = boundary()

    def note(call: Call) -> None:
        seen.append((call.id, call.site, call.nth))

    for call in (TOOL, CALL, TOOL):
        plain.call(call, note)
    assert seen == [("c1", "tool:find", 1), ("c2", "model", 1), ("c3", "tool:find", 2)]


def test_threads_never_share_a_number() -> None:
    plain, ids = boundary(), []

    def many() -> None:
        for _ in range(200):
            plain.call(TOOL, lambda call: ids.append(call.id))

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 800


def test_a_bug_in_a_room_is_loud() -> None:
    class Buggy:
        place = Place.GUARD

        def intercept(self, call: Call) -> Passage:
            yield call
            raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        boundary(Buggy()).call(TOOL, lambda call: None)


class Softens:
    """Changes what a provider refuses with, and lets good answers pass live."""

    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        outcome = yield call.hold_refusals()
        if outcome.value.status < 400:
            return outcome
        return Outcome(value=HttpReply(status=400, chunks=(C,))).marked("guard:softened")


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("status", [200, 429])
def test_a_refusal_can_be_changed_while_good_answers_stay_live(mode: str, status: int) -> None:
    steps: list[str] = []

    def open_(call: Call) -> Generator[Piece, None, None]:
        for piece in (HttpReply(status=status), A, B):
            steps.append("came")
            yield piece

    async def open_async(call: Call) -> AsyncGenerator[Piece, None]:
        for piece in open_(call):
            yield piece

    async def lead() -> list[Piece]:
        pieces = []
        async for piece in corridor.stream_async(CALL, open_async):
            pieces.append(piece)
            steps.append("left")
        return pieces

    notes = Notes()
    corridor = Boundary([notes, Softens()], VirtualClock())
    if mode == "async":
        pieces = asyncio.run(lead())
    else:
        pieces = []
        for piece in corridor.stream(CALL, open_):
            pieces.append(piece)
            steps.append("left")
    (seen,) = notes.seen
    assert seen is not None
    if status == 200:
        assert pieces == [HEAD, A, B]
        assert steps == ["came", "left"] * 3
        assert seen.value.chunks == (A, B)
    else:
        assert pieces == [HttpReply(status=400), C]
        assert steps[:3] == ["came"] * 3
        assert seen.marks == ("guard:softened",)
