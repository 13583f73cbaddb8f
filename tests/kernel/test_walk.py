"""A call's way through the rooms, led by hand as a script: no loop, no clock, no mock."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from agentprobe.domain.call import NOTHING, Call, Kind, Outcome
from agentprobe.errors import RoomError
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Do, Passage, Wait
from agentprobe.kernel.walk import walk

CALL = Call(kind=Kind.TOOL, name="find")
FAILED = Outcome(error=ValueError("no"))
DONE = Outcome(value="done")


class Again:
    """Asks once more when the world fails."""

    place = Place.GUARD

    def intercept(self, call: Call) -> Passage:
        outcome = yield call
        if not outcome.ok:
            yield Wait(0.5)
            outcome = (yield call).marked("guard:retried")
        return outcome


class Refuses:
    place = Place.SHADOW

    def intercept(self, call: Call) -> Passage:
        if call.name == "refund":
            return Outcome(value="suppressed")
        return (yield call)


@dataclass
class Notes:
    """Remembers what went by, abandoned calls too."""

    place: Place = Place.AGENT_SIDE
    seen: list[Outcome | None] = field(default_factory=list)

    def intercept(self, call: Call) -> Passage:
        outcome = None
        try:
            outcome = yield call
            return outcome
        finally:
            self.seen.append(outcome)


class Forgets:
    place = Place.GUARD

    def intercept(self, call: Call) -> Outcome:
        return NOTHING


def test_a_walk_without_rooms_is_the_world() -> None:
    path = walk(CALL, [])
    assert next(path) == CALL
    with pytest.raises(StopIteration) as end:
        path.send(DONE)
    assert end.value.value is DONE


def test_a_room_may_wait_and_ask_again() -> None:
    path = walk(CALL, [Again()])
    assert next(path) == CALL
    assert path.send(FAILED) == Wait(0.5)
    assert path.send(NOTHING) == CALL
    with pytest.raises(StopIteration) as end:
        path.send(DONE)
    assert end.value.value == DONE.marked("guard:retried")


def test_every_repetition_visits_the_rooms_further_in() -> None:
    inner = Notes(Place.WORLD_SIDE)
    path = walk(CALL, [Again(), inner])
    next(path)
    path.send(FAILED)
    path.send(NOTHING)
    with pytest.raises(StopIteration):
        path.send(DONE)
    assert inner.seen == [FAILED, DONE]


def test_a_refused_call_never_reaches_the_world() -> None:
    path = walk(Call(kind=Kind.TOOL, name="refund"), [Refuses()])
    with pytest.raises(StopIteration) as end:
        next(path)
    assert end.value.value.value == "suppressed"


def test_a_room_may_touch_the_world_beside_the_call() -> None:
    class Verifies:
        place = Place.GUARD

        def intercept(self, call: Call) -> Passage:
            outcome = yield call
            found = yield Do(lambda: "checked")
            return outcome.marked(f"guard:{found.value}")

    path = walk(CALL, [Verifies()])
    next(path)
    step = path.send(DONE)
    assert isinstance(step, Do)
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=step.act()))
    assert end.value.value.marks == ("guard:checked",)


def test_closing_a_walk_lets_every_room_finish() -> None:
    outer, inner = Notes(), Notes(Place.WORLD_SIDE)
    path = walk(CALL, [outer, inner])
    next(path)
    path.close()
    assert outer.seen == inner.seen == [None]


def test_a_hold_reaches_the_rooms_further_in() -> None:
    class Holds:
        place = Place.GUARD

        def intercept(self, call: Call) -> Passage:
            return (yield call.hold())

    step = next(walk(CALL, [Holds(), Notes(Place.WORLD_SIDE)]))
    assert isinstance(step, Call)
    assert step.held


def test_a_room_without_a_yield_is_refused_by_name() -> None:
    with pytest.raises(RoomError, match=r"Forgets\.intercept is no generator"):
        next(walk(CALL, [Forgets()]))  # type: ignore[list-item]  # the mistake under test
