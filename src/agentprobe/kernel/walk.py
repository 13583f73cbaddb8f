"""The walk: how a call goes in through the rooms and its outcome comes back out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from types import GeneratorType

from agentprobe.domain.call import Call
from agentprobe.errors import RoomError
from agentprobe.kernel.room import Interceptor, Passage


def walk(call: Call, rooms: Sequence[Interceptor]) -> Passage:
    """Lead a call inward through `rooms` and its outcome back out, yielding only what touches the world."""
    if not rooms:
        return (yield call)
    room, rest = rooms[0], rooms[1:]
    with closing(_enter(room, call)) as passage:
        try:
            step = next(passage)
            while True:
                reply = (yield from walk(step, rest)) if isinstance(step, Call) else (yield step)
                step = passage.send(reply)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # a Passage returns an Outcome


def _enter(room: Interceptor, call: Call) -> Passage:
    passage = room.intercept(call)
    if not isinstance(passage, GeneratorType):
        raise RoomError(f"{type(room).__name__}.intercept is no generator; it needs at least one `yield`")
    return passage
