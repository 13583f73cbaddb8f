"""What the corridor costs: microseconds per call and room, beside a bare call and a plain nested call.

Run: python benchmarks/corridor.py
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator

from agentprobe.basis.clock import VirtualClock
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import Chunk, HttpReply, Piece
from agentprobe.kernel.boundary import Boundary
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from measure import Timing, paired, ratio

CALL = Call(kind=Kind.TOOL, name="find", request={"name": "Smith"})
HEAD, CHUNK = HttpReply(status=200), Chunk(b"x")
TIMES = 2_000


class Room:
    """Lets everything through."""

    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        return (yield call)


def world(call: Call) -> object:
    return call.request


def pieces(call: Call) -> Generator[Piece, None, None]:
    yield HEAD
    for _ in range(50):
        yield CHUNK


def nested(depth: int) -> Callable[[], object]:
    """The physical limit: the same number of plain Python calls."""
    act: Callable[[Call], object] = world
    for _ in range(depth):
        act = (lambda inner: lambda call: inner(call))(act)
    return lambda: act(CALL)


def corridor(rooms: int) -> Callable[[], object]:
    boundary = Boundary([Room() for _ in range(rooms)], VirtualClock())
    return lambda: boundary.call(CALL, world)


def streamed(rooms: int) -> Callable[[], object]:
    boundary = Boundary([Room() for _ in range(rooms)], VirtualClock())
    return lambda: sum(1 for _ in boundary.stream(CALL, pieces))


def awaited(rooms: int) -> Callable[[], object]:
    boundary = Boundary([Room() for _ in range(rooms)], VirtualClock())

    async def answer(call: Call) -> object:
        return call.request

    loop = asyncio.new_event_loop()
    return lambda: loop.run_until_complete(_many(boundary, answer))


async def _many(boundary: Boundary, answer: Callable[[Call], object]) -> None:
    for _ in range(50):
        await boundary.call_async(CALL, answer)  # type: ignore[arg-type]  # the stub is a coroutine function


def per_room(empty: Timing, full: Timing, rooms: int) -> str:
    each = [(a - b) / rooms for a, b in zip(full.rounds, empty.rounds, strict=True)]
    return f"{sorted(each)[len(each) // 2]:.2f} µs ({min(each):.2f}–{max(each):.2f})"


def main() -> None:
    """Print one table."""
    sync = paired(
        {
            "bare": lambda: world(CALL),
            "5 plain calls": nested(5),
            **{f"{n} rooms": corridor(n) for n in (0, 1, 5)},
        },
        times=TIMES,
    )
    stream = paired(
        {"world": lambda: sum(1 for _ in pieces(CALL)), "0 rooms": streamed(0), "5 rooms": streamed(5)},
        times=200,
    )
    awaiting = paired({"0 rooms": awaited(0), "5 rooms": awaited(5)}, times=20)
    print("call, CPU µs (best / median)")
    for name, timing in sync.items():
        print(f"  {name:<14} {timing.best:7.2f} {timing.median:7.2f}")
    print(f"  per room: {per_room(sync['0 rooms'], sync['5 rooms'], 5)}")
    print(f"  5 rooms against 5 plain calls: {ratio(sync['5 rooms'], sync['5 plain calls'])} times")
    print("stream of 51 pieces, CPU µs (best / median)")
    for name, timing in stream.items():
        print(f"  {name:<14} {timing.best:7.2f} {timing.median:7.2f}")
    print(f"  per room: {per_room(stream['0 rooms'], stream['5 rooms'], 5)}")
    print("awaited call, CPU µs (best / median)")
    for name, timing in awaiting.items():
        print(f"  {name:<14} {timing.best / 50:7.2f} {timing.median / 50:7.2f}")


if __name__ == "__main__":
    main()
