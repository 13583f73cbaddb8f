"""Laws of the injector: who is struck does not depend on who waits, or on what else happens."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.basis.clock import VirtualClock
from agentprobe.chaos.injector import Injector, injectors
from agentprobe.chaos.schedule import Schedule
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.errors import ServerError, TimedOut
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from agentprobe.kernel.session import Session

Asked = tuple[str, int]
ASKED = st.lists(st.tuples(st.sampled_from(["find", "refund"]), st.integers(0, 4)), max_size=25)
CHANCES = st.lists(
    st.sampled_from(
        [
            "tool_error@tool:find~0.3",
            "empty_result@tool~0.6",
            "latency(seconds=2, jitter=0.5)@tool:refund",
            "oversized_result(times=2)@tool~0.4",
            "hang@tool:refund~0.2",
        ]
    ),
    unique=True,
    min_size=1,
    max_size=3,
).map(", ".join)


class Run:
    """A session with a schedule, whose tools answer with what they were asked."""

    def __init__(self, schedule: str, seed: int = 0) -> None:
        self.clock = VirtualClock()
        self.session = Session("s", rooms=[self._room(schedule)], clock=self.clock, seed=seed)

    def _room(self, schedule: str) -> Any:
        def make(session: Session) -> Injector:
            self.injector = Injector(Schedule.parse(schedule), session)
            return self.injector

        return make

    def ask(self, asked: Asked, **more: Any) -> Outcome:
        return self.session.boundary.call(call_of(asked, **more), answer)

    async def ask_async(self, asked: Asked) -> Outcome:
        async def perform(call: Call) -> list[Any]:
            await asyncio.sleep(0)
            return answer(call)

        return await self.session.boundary.call_async(call_of(asked), perform)


def call_of(asked: Asked, **more: Any) -> Call:
    return Call(kind=Kind.TOOL, name=asked[0], request={"n": asked[1]}, **more)


def answer(call: Call) -> list[Any]:
    return [call.name, call.request["n"]]


def told(outcome: Outcome) -> tuple[str, str, tuple[str, ...]]:
    return repr(outcome.value), repr(outcome.error), outcome.marks


def test_an_empty_schedule_needs_no_room() -> None:
    assert injectors(Schedule()) == ()
    assert len(injectors(Schedule.parse("hang@model"))) == 1


@given(ASKED)
def test_an_injector_without_strikes_is_no_injector(asked: list[Asked]) -> None:
    run = Run("")
    assert [run.ask(one) for one in asked] == [Outcome(value=list(one)) for one in asked]


@given(ASKED, CHANCES, st.integers(0, 99))
def test_the_same_seed_strikes_the_same_whoever_waits(asked: list[Asked], schedule: str, seed: int) -> None:
    one, other = Run(schedule, seed), Run(schedule, seed)

    async def all_in_turn() -> list[Outcome]:
        return [await other.ask_async(one) for one in asked]

    assert [told(one.ask(item)) for item in asked] == [told(item) for item in asyncio.run(all_in_turn())]
    assert one.injector.receipts == other.injector.receipts
    assert one.clock.now() == other.clock.now()


@given(ASKED, CHANCES, st.integers(0, 99), st.randoms(use_true_random=False))
def test_the_same_seed_strikes_the_same_in_any_order(
    asked: list[Asked], schedule: str, seed: int, order: Any
) -> None:
    """Among equal requests the order decides who is struck, but not how many are and how."""
    one, other = Run(schedule, seed), Run(schedule, seed)
    shuffled = order.sample(asked, len(asked))

    async def all_at_once() -> list[Outcome]:
        return await asyncio.gather(*(other.ask_async(item) for item in shuffled))

    first = sorted((item, told(one.ask(item))) for item in asked)
    second = sorted(zip(shuffled, map(told, asyncio.run(all_at_once())), strict=True))
    assert first == second


def test_the_same_seed_strikes_the_same_in_many_threads() -> None:
    schedule = "tool_error@tool:find~0.3, empty_result@tool~0.5"
    asked = [(name, number % 20) for number in range(100) for name in ("find", "refund")]
    one, other = Run(schedule), Run(schedule)
    alone = sorted((item, told(one.ask(item))) for item in asked)
    with ThreadPoolExecutor(8) as pool:
        together = sorted(zip(asked, map(told, pool.map(other.ask, asked)), strict=True))
    assert alone == together
    assert len(one.injector.receipts) == len(other.injector.receipts) > 50


def test_another_seed_strikes_others() -> None:
    asked = [("find", number) for number in range(50)]
    first, second = Run("tool_error@tool~0.5", 1), Run("tool_error@tool~0.5", 2)
    assert [first.ask(one).ok for one in asked] != [second.ask(one).ok for one in asked]


def test_asking_the_same_again_throws_the_dice_again() -> None:
    run = Run("tool_error@tool:find~0.5")
    assert {run.ask(("find", 1)).ok for _ in range(30)} == {True, False}


def test_how_long_a_jittery_answer_takes_depends_on_the_seed_and_the_request() -> None:
    def wait(number: int, seed: int) -> float:
        run = Run("latency(seconds=10, jitter=0.5)@tool", seed)
        run.ask(("find", number))
        return run.clock.now()

    assert wait(1, 1) == wait(1, 1)
    assert len({wait(1, 1), wait(2, 1), wait(1, 2)}) == 3


def test_a_strike_leaves_a_mark_and_a_receipt() -> None:
    run = Run("empty_result@tool:find:2")
    outcomes = [run.ask(("find", 1)), run.ask(("refund", 1)), run.ask(("find", 1))]
    assert [outcome.marks for outcome in outcomes] == [(), (), ("fault:empty_result",)]
    (receipt,) = run.injector.receipts
    assert str(receipt) == "empty_result@c3"
    assert (receipt.strike, receipt.site, receipt.nth) == ("empty_result@tool:find:2", "tool:find", 2)
    assert receipt.did == "the result was emptied"
    assert run.injector.idle == ()


def test_a_strike_that_changed_nothing_is_idle() -> None:
    run = Run("oversized_result@tool:find, tool_error@tool:other")
    outcome = run.session.boundary.call(call_of(("find", 1)), lambda _: None)
    assert outcome == Outcome()
    assert run.injector.receipts == ()
    assert [strike.fault.name for strike in run.injector.idle] == ["oversized_result", "tool_error"]


def test_the_first_that_was_written_is_the_outermost() -> None:
    inner_fails = Run("empty_result@tool, tool_error@tool").ask(("find", 1))
    assert isinstance(inner_fails.error, ServerError)
    assert inner_fails.marks == ("fault:tool_error",)
    waits_then_fails = Run("latency(seconds=3)@tool, hang(seconds=5)@tool")
    outcome = waits_then_fails.ask(("find", 1))
    assert isinstance(outcome.error, TimedOut)
    assert outcome.marks == ("fault:hang", "fault:latency")
    assert waits_then_fails.clock.now() == 8
    never_comes_in = Run("hang@tool, empty_result@tool")
    never_comes_in.ask(("find", 1))
    assert [receipt.fault for receipt in never_comes_in.injector.receipts] == ["hang"]


def test_two_of_a_kind_both_strike() -> None:
    outcome = Run("oversized_result(times=2)@tool, oversized_result(times=3)@tool:find").ask(("find", 1))
    assert len(outcome.value) == 12
    assert outcome.marks == ("fault:oversized_result",) * 2


def test_what_the_house_asks_is_neither_struck_nor_counted() -> None:
    run = Run("tool_error@tool:find:1")
    assert run.ask(("find", 1), purpose="verify").ok
    assert not run.ask(("find", 1)).ok


def test_a_call_that_the_guard_repeats_counts_again() -> None:
    class Again:
        place = Place.GUARD

        def intercept(self, call: Call) -> Passage:
            outcome = yield call
            return outcome if outcome.ok else (yield call)

    run = Run("tool_error@tool:find:1")
    run.session.boundary.rooms = (Again(), *run.session.boundary.rooms)
    assert run.ask(("find", 1)).ok


def test_a_run_of_two_faults_on_different_tools_keeps_them_apart() -> None:
    run = Run("tool_error@tool:find, empty_result@tool:refund")
    assert not run.ask(("find", 1)).ok
    assert run.ask(("refund", 1)).value == []


@pytest.mark.parametrize("seconds", [0.0, 600.0])
def test_a_hang_takes_no_time_on_a_virtual_clock(seconds: float) -> None:
    run = Run(f"hang(seconds={seconds})@tool")
    assert not run.ask(("find", 1)).ok
    assert run.clock.now() == seconds


def test_a_strike_in_a_place_counts_the_calls_there_alone() -> None:
    run = Run("tool_error@plan/tool:find:2")
    elsewhere = [run.ask(("find", n)).ok for n in range(3)]
    there = [run.ask(("find", n), path="team/plan").ok for n in range(3)]
    assert (elsewhere, there) == ([True] * 3, [True, False, True])


def test_a_strike_about_a_matter_strikes_no_other() -> None:
    run = Run("tool_error@tool:find[4]:1")
    assert [run.ask(("find", n)).ok for n in (3, 4, 4, 5)] == [True, False, True, True]


def test_each_request_fails_so_often_and_then_the_world_has_recovered() -> None:
    run = Run("tool_error@tool:find:2x")
    assert [run.ask(("find", n)).ok for n in (1, 2, 1, 1, 2, 2)] == [False, False, False, True, False, True]


def test_an_outage_lasts_from_one_moment_to_another() -> None:
    run = Run("tool_error@tool:5s-30s")
    went = []
    for pause in (0, 5, 20, 10):
        run.clock.sleep(pause)
        went.append(run.ask(("find", 1)).ok)
    assert went == [True, False, False, True]
