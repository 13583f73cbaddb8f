from __future__ import annotations

import random
from collections.abc import Callable, Collection
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.basis.dice import Dice
from agentprobe.chaos.search.finder import Finder, Order, Purpose, Result
from agentprobe.chaos.search.sequential import Noise
from agentprobe.errors import ConfigError

World = Callable[[Collection[int]], Result[int]]


def world(*bugs: Collection[int], killers: Collection[int] = (), bears: int = 99) -> World:
    """Faults fire in their order until one ends the run, or there were too many."""

    def run(items: Collection[int]) -> Result[int]:
        ends = [nth for nth, item in enumerate(items, 1) if item in killers or nth == bears]
        fired = frozenset(list(items)[: min(ends, default=len(items))])
        return Result(failed=any(fired.issuperset(bug) for bug in bugs), fired=fired, stopped=len(ends) > 0)

    return run


def campaign(
    finder: Finder[int], run: World, *, most: int = 1, seed: int = 0, cap: int = 3000
) -> list[Order[int]]:
    """Run to the end, up to so many side by side, the answers in any order."""
    chance, under_way, orders = random.Random(seed), list[Order[int]](), list[Order[int]]()
    while under_way or not finder.done:
        new = finder.batch(most - len(under_way))
        under_way += new
        orders += new
        assert under_way, "neither done nor anything to do"
        assert len(orders) < cap
        order = under_way.pop(chance.randrange(len(under_way)))
        finder.ran(order, run(order.items))
    return orders


def found(finder: Finder[int]) -> set[frozenset[int]]:
    return {frozenset(finding.items) for finding in finder.findings}


def test_each_fault_is_first_struck_alone_and_all_of_these_may_run_side_by_side() -> None:
    orders = Finder(range(10), Dice(1)).batch(100)
    assert [order.items for order in orders] == [(item,) for item in range(10)]
    assert {order.purpose for order in orders} == {Purpose.SINGLE}


def test_rows_hold_neither_who_fails_alone_nor_who_ends_the_run() -> None:
    finder = Finder(range(12), Dice(1))
    orders = campaign(finder, world({3}, {7}, killers=[7, 9]))
    assert found(finder) == {frozenset({3}), frozenset({7})}
    assert finder.killers == (7, 9)
    rows = [order for order in orders if order.purpose is Purpose.ROW]
    assert rows
    assert not any({3, 7, 9} & set(order.items) for order in rows)
    assert finder.coverage is not None
    assert finder.coverage.covered == finder.coverage.total == 36


def test_what_failed_is_a_suspect_until_it_was_tried_again() -> None:
    finder = Finder(range(3), Dice(1), noise=Noise(fails=0.8, passes=0.1))
    for order in finder.batch(3):
        finder.ran(order, world({1})(order.items))
    assert finder.findings == ()
    assert finder.suspects == ((1,),)
    campaign(finder, world({1}))
    assert found(finder) == {frozenset({1})}
    assert len(finder.suspects) == 0


def test_a_failing_row_is_made_small_at_once() -> None:
    finder = Finder(range(20), Dice(1))
    orders = campaign(finder, world({4, 11}))
    assert [finding.items for finding in finder.findings] == [(4, 11)]
    first = finder.findings[0].found
    assert orders[first - 1].purpose is Purpose.ROW
    shrinking = orders[first : first + finder.findings[0].runs]
    assert {order.purpose for order in shrinking} == {Purpose.SHRINK}
    assert not any({4, 11} <= set(order.items) for order in orders[first + len(shrinking) :])


def test_a_pair_among_forty_is_found_in_few_runs() -> None:
    runs = []
    for seed in range(20):
        bug = random.Random(seed).sample(range(40), 2)
        finder = Finder(range(40), Dice(seed), singles=False)
        while not finder.findings:
            order = finder.next()
            assert order is not None
            finder.ran(order, world(bug)(order.items))
        assert found(finder) == {frozenset(bug)}
        runs.append(sum(finder.runs.values()))
    assert sorted(runs)[10] <= 20


BUGS = st.lists(st.sets(st.integers(0, 8), min_size=1, max_size=4), max_size=4)


@given(BUGS, st.integers(0, 2**32), st.integers(1, 5), st.sampled_from([2, 3]), st.booleans())
@settings(max_examples=20, deadline=None)
def test_every_smallest_failing_set_of_the_strength_is_found_and_nothing_else(
    bugs: list[set[int]], seed: int, most: int, strength: int, singles: bool
) -> None:
    finder = Finder(range(9), Dice(seed), strength=strength, at_most=6, singles=singles)
    campaign(finder, world(*bugs), most=most, seed=seed)
    smallest = {frozenset(bug) for bug in bugs if not any(other < bug for other in bugs)}
    assert found(finder) <= smallest
    assert {bug for bug in smallest if len(bug) <= strength} <= found(finder)
    assert len(found(finder)) == len(finder.findings)


@given(BUGS, st.integers(0, 2**32), st.sets(st.integers(0, 8), max_size=2))
@settings(max_examples=8, deadline=None)
def test_the_same_dice_give_the_same_campaign(bugs: list[set[int]], seed: int, killers: set[int]) -> None:
    first, second = (Finder(range(9), Dice(seed)) for _ in range(2))
    run = world(*bugs, killers=killers)
    assert campaign(first, run) == campaign(second, run)


@given(st.integers(0, 2**32), st.floats(0, 1), st.integers(1, 4))
@settings(max_examples=12, deadline=None)
def test_it_ends_whatever_the_runs_say(seed: int, rate: float, most: int) -> None:
    chance = random.Random(seed)

    def run(items: Collection[int]) -> Result[int]:
        fired = frozenset(item for item in items if chance.random() < 0.8)
        return Result(failed=chance.random() < rate, fired=fired, stopped=chance.random() < 0.2)

    campaign(Finder(range(8), Dice(seed)), run, most=most, seed=seed)


def test_an_agent_that_bears_few_faults_gets_narrow_rows() -> None:
    finder = Finder(range(30), Dice(1))
    orders = campaign(finder, world(bears=5))
    rows = [len(order.items) for order in orders if order.purpose is Purpose.ROW]
    assert rows[0] == 16
    assert sum(width > 5 for width in rows) < len(rows) / 4
    assert finder.coverage is not None
    assert finder.coverage.covered == finder.coverage.total


def test_an_agent_that_breaks_under_any_four_is_soon_left_in_peace() -> None:
    def run(items: Collection[int]) -> Result[int]:
        return Result(failed=len(items) >= 4 or {2, 9} <= set(items), fired=frozenset(items))

    finder = Finder(range(20), Dice(1))
    campaign(finder, run)
    assert frozenset({2, 9}) in found(finder)
    assert len(finder.findings) < 12
    assert finder.coverage is not None
    assert finder.coverage.share == 1


def test_who_excludes_whom_is_kept_in_rows() -> None:
    finder = Finder(range(12), Dice(1), together=lambda one, other: one % 6 != other % 6)
    orders = campaign(finder, world())
    assert not any(one % 6 == other % 6 for order in orders for one, other in combinations(order.items, 2))


def test_only_what_fired_is_blamed() -> None:
    def run(items: Collection[int]) -> Result[int]:
        fired = frozenset(items) - {0, 1, 2}
        return Result(failed={5, 6} <= fired, fired=fired)

    finder = Finder(range(9), Dice(1), at_most=8)
    orders = campaign(finder, run)
    assert found(finder) == {frozenset({5, 6})}
    assert not any({0, 1, 2} & set(order.items) for order in orders if order.purpose is Purpose.SHRINK)


def test_a_failure_without_any_fault_is_nobodys() -> None:
    finder = Finder(range(4), Dice(1))
    campaign(finder, lambda _: Result(failed=True, fired=frozenset()))
    assert finder.findings == ()
    assert finder.unprovoked == sum(finder.runs.values())


@pytest.mark.parametrize("passes", [0.03, 0.1])
def test_noise_is_no_finding_and_hides_few(passes: float) -> None:
    exact = others = confirmed = 0
    for seed in range(20):
        chance = random.Random(seed)
        bug = chance.sample(range(16), 2)

        def run(items: Collection[int], bug: list[int] = bug, chance: random.Random = chance) -> Result[int]:
            rate = 0.8 if set(bug) <= set(items) else passes
            return Result(failed=chance.random() < rate, fired=frozenset(items))

        finder = Finder(range(16), Dice(seed), at_most=8, noise=Noise(fails=0.8, passes=passes))
        campaign(finder, run, most=3, seed=seed)
        confirmed += finder.runs.get(Purpose.CONFIRM, 0)
        exact += frozenset(bug) in found(finder)
        others += len(found(finder) - {frozenset(bug)})
    assert exact >= 14  # a row that holds it passes by chance one time of five
    assert others <= 1
    assert confirmed


def test_a_run_is_told_of_once() -> None:
    finder = Finder(range(3), Dice(1))
    order = finder.next()
    assert order is not None
    finder.ran(order, world()(order.items))
    with pytest.raises(ConfigError, match="run 1 was not ordered, or told of before"):
        finder.ran(order, world()(order.items))


@pytest.mark.parametrize("items", [(), (1,)])
def test_few_faults_are_soon_done(items: tuple[int, ...]) -> None:
    finder = Finder(items, Dice(1))
    assert len(campaign(finder, world())) == len(items)
    assert finder.next() is None
