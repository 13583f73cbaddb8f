"""Sets of runs: what moved is found, luck is not taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.lab.behaviour import SetDiff, fisher, moved, newcombe
from agentprobe.trace.records import CallRecord, EndRecord, Failure, Header, OutcomeRecord, Record
from agentprobe.trace.view import Trace


def _run(*tools: str, error: str = "", exit: int = 0) -> Trace:
    records: list[Record] = []
    failure = Failure(type=error) if error else None
    for number, tool in enumerate(tools):
        asked, came = 2 * number, 2 * number + 1
        records += [
            CallRecord(order=asked, id=tool, by="process", place="agent", at=0.0, kind="tool", name=tool),
            OutcomeRecord(
                order=came, id=tool, by="process", place="agent", at=0.0, seconds=0.0, error=failure
            ),
        ]
    end = EndRecord(order=len(records), by="process", status="ok", exit=exit)
    return Trace.of(Path("t"), Header(), [*records, end])


def _names(found: SetDiff) -> set[tuple[str, str]]:
    return {(one.group, one.name) for one in found.moved}


def test_a_tool_that_is_used_no_more_has_moved() -> None:
    before = [_run("look", "send") for _ in range(20)]
    after = [_run("look") for _ in range(18)] + [_run("look", "send")] * 2
    assert _names(moved(before, after)) == {("tool used", "send")}


def test_failures_and_ends_are_behaviours() -> None:
    before, after = [_run("look")] * 20, [_run("look", error="TimedOut", exit=1)] * 20
    assert {("tool failed", "look"), ("run", "ended with an error")} <= _names(moved(before, after))


def test_a_set_has_not_moved_against_itself() -> None:
    runs = [_run("look"), _run("look", "send"), _run("send", "send")]
    assert moved(runs, runs).moved == ()


def test_one_run_in_ten_may_be_luck() -> None:
    before = [_run("look")] * 10
    assert moved(before, [*before[1:], _run("look", "send")]).moved == ()


def test_few_runs_know_how_little_they_can_show() -> None:
    few, many = [_run("look")] * 2, [_run("look")] * 40
    assert moved(few, few).smallest_seen is None
    smallest = moved(many, many).smallest_seen
    assert smallest is not None
    assert 0.05 < smallest < 0.3


def test_newcombe_gives_the_published_figures() -> None:
    """Newcombe (1998), table II, (a) and (h): 56/70 less 48/80, and 10/10 less 0/10."""
    a, h = newcombe((48, 80), (56, 70)), newcombe((0, 10), (10, 10))
    assert (a.low, a.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert (h.low, h.high) == pytest.approx((0.6075, 1.0), abs=1e-4)


def test_fishers_test_gives_the_published_figures() -> None:
    """The lady tasting tea (Fisher, 1935): all eight cups right, and six of them."""
    assert fisher((4, 4), (0, 4)) == pytest.approx(2 / 70)
    assert fisher((3, 4), (1, 4)) == pytest.approx(34 / 70)


def test_three_runs_on_each_side_prove_nothing() -> None:
    assert moved([_run("look")] * 3, [_run("send")] * 3).moved == ()


COUNT = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNT, COUNT)
def test_the_interval_holds_the_difference_and_turns_with_the_sides(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    there, back = newcombe(a, b), newcombe(b, a)
    assert there.low - 1e-9 <= b[0] / b[1] - a[0] / a[1] <= there.high + 1e-9
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
