"""Which orders could have happened: what had ended before another began stays before it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.trace.pair import TracedCall
from agentprobe.trace.records import CallRecord, Header, OutcomeRecord
from agentprobe.trace.replay.order import Together, most, together
from agentprobe.trace.view import Trace

Spans = list[tuple[int, int]]


def call(number: int, dispatched: int, completed: int, path: str = "") -> TracedCall:
    record = CallRecord(
        order=dispatched,
        id=str(number),
        by="p",
        place="agent",
        at=0,
        kind="tool",
        name=f"t{number}",
        path=path,
    )
    outcome = OutcomeRecord(order=completed, id=str(number), by="p", place="agent", at=0, seconds=0)
    return TracedCall(record, outcome, dispatched, completed)


def trace(*calls: TracedCall) -> Trace:
    return Trace(Path("t.jsonl"), Header(), calls=calls)


def group(*spans: tuple[int, int]) -> Together:
    return Together(tuple((n, call(n, *span)) for n, span in enumerate(spans, start=1)))


def test_calls_that_overlap_belong_together_and_those_after_a_pause_do_not() -> None:
    found = together(trace(call(1, 1, 3), call(2, 2, 5), call(3, 4, 6), call(4, 7, 9), call(5, 8, 10)))
    assert [one.recorded for one in found] == [(1, 2, 3), (4, 5)]


def test_one_after_the_other_is_no_race() -> None:
    assert together(trace(call(1, 1, 2), call(2, 3, 4))) == ()


def test_a_call_made_by_another_one_is_no_rival_of_it() -> None:
    assert together(trace(call(1, 1, 4), call(2, 2, 3, path="t1"))) == ()


def test_of_two_calls_there_is_one_other_order() -> None:
    assert list(group((1, 4), (2, 3)).orders()) == [(1, 2)]


def test_an_order_that_could_not_have_happened_is_not_tried() -> None:
    chained = group((1, 3), (2, 6), (4, 5))
    assert chained.recorded == (1, 3, 2)
    assert sorted(chained.orders()) == [(1, 2, 3), (2, 1, 3)]


spans = st.lists(st.booleans(), min_size=2, max_size=14).map(lambda ends: _spans(ends))


def _spans(ends: list[bool]) -> Spans:
    """Random intervals: at each moment a call begins or the oldest open one ends."""
    begun: list[int] = []
    found: Spans = []
    moment = 0
    for end in ends:
        moment += 1
        if end and begun:
            found.append((begun.pop(0), moment))
        else:
            begun.append(moment)
    return found + [(start, moment + n) for n, start in enumerate(begun, start=1)]


@given(spans)
def test_every_order_is_one_that_could_have_happened(found: Spans) -> None:
    for one in together(trace(*(call(n, *span) for n, span in enumerate(sorted(found), start=1)))):
        by_number = dict(one.calls)
        for order in one.orders():
            assert sorted(order) == sorted(one.recorded)
            assert order != one.recorded
            for place, later in enumerate(order):
                for earlier in order[:place]:
                    assert (by_number[later].completed or 0) > by_number[earlier].dispatched


def test_the_groups_take_turns_when_there_is_not_room_for_all() -> None:
    three, two = group((1, 6), (2, 5), (3, 4)), group((1, 4), (2, 3))
    assert [len(order) for order in most([three, two], 3)] == [3, 2, 3]
