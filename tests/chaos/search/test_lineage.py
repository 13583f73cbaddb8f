from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.chaos.search.lineage import Certificate, Counterexample, Lineage
from agentprobe.errors import ConfigError

Ways = tuple[frozenset[int], ...]
SIZE = 9
WAYS = st.lists(st.frozensets(st.integers(0, SIZE - 1), max_size=4), min_size=1, max_size=5).map(tuple)


def breaks(ways: Ways, items: frozenset[int]) -> bool:
    return all(way & items for way in ways)


def smallest(ways: Ways, most: int) -> list[frozenset[int]]:
    """All failing sets of at most so many faults that hold no lesser one."""
    found: list[frozenset[int]] = []
    for size in range(most + 1):
        for some in map(frozenset, combinations(range(SIZE), size)):
            if breaks(ways, some) and not any(known <= some for known in found):
                found.append(some)
    return found


def searched(ways: Ways, most: int, chance: random.Random, *, on: bool = False) -> Lineage[int]:
    """Search to the end, or to the first failing set unless `on`."""
    lineage = Lineage(range(SIZE))
    while (items := lineage.next_set(most)) is not None:
        struck = frozenset(items)
        assert len(struck) <= most
        assert lineage.runs < 2000
        if breaks(ways, struck):
            lineage.ran(items, failed=True)
            if not on:
                break
            continue
        way = chance.choice([way for way in ways if not way & struck])
        told = chance.choice([way, way | set(items[:1]), None])  # sloppy callers name what was survived, too
        lineage.ran(items, failed=False, support=told)
    return lineage


@given(WAYS, st.integers(0, 4), st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_a_certificate_is_given_only_if_nothing_breaks_the_goal(ways: Ways, most: int, seed: int) -> None:
    outcome = searched(ways, most, random.Random(seed)).outcome(most)
    failing = smallest(ways, most)
    if failing:
        assert isinstance(outcome, Counterexample)
        assert frozenset(outcome.items) in failing
        assert len(outcome.items) == len(failing[0])
    else:
        assert isinstance(outcome, Certificate)
        assert (outcome.k, outcome.candidates) == (most, SIZE)


@given(WAYS, st.integers(0, 3), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_searched_to_the_end_it_finds_every_smallest_failing_set(ways: Ways, most: int, seed: int) -> None:
    lineage = searched(ways, most, random.Random(seed), on=True)
    found = lineage.outcome(most)
    assert found is not None
    assert isinstance(found, Counterexample) == bool(smallest(ways, most))
    assert lineage.failing == frozenset(smallest(ways, most))


@given(WAYS, st.integers(1, 3), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_before_the_end_there_is_no_certificate(ways: Ways, most: int, seed: int) -> None:
    lineage, chance = Lineage(range(SIZE)), random.Random(seed)
    for _ in range(chance.randrange(6)):
        items = lineage.next_set(most)
        if items is None:
            break
        failed = breaks(ways, frozenset(items))
        way = next((way for way in ways if not way & frozenset(items)), None)
        lineage.ran(items, failed=failed, support=way)
    outcome = lineage.outcome(most)
    assert not (isinstance(outcome, Certificate) and smallest(ways, most))


def test_the_first_run_is_without_faults() -> None:
    assert Lineage("abc").next_set(2) == ()


def test_only_what_good_runs_used_is_struck() -> None:
    lineage = Lineage("abcd")
    lineage.ran("", failed=False, support="a")
    assert lineage.next_set(2) == ("a",)
    lineage.ran("a", failed=False, support="b")
    assert lineage.next_set(1) is None
    assert lineage.next_set(2) == ("a", "b")
    certificate = lineage.outcome(1)
    assert str(certificate) == (
        "no set of at most 1 of these 4 faults breaks the goal (2 runs, 2 ways to reach it)"
    )
    lineage.ran("ab", failed=True)
    assert lineage.outcome(2) == Counterexample(items=("a", "b"), runs=3)
    assert lineage.outcome(1) == Certificate(k=1, runs=3, supports=2, candidates=4)


def test_a_fault_that_did_not_fire_stays_part_of_the_way() -> None:
    lineage = Lineage("abc")
    lineage.ran("ab", failed=False, support="bc", fired="a")
    assert lineage.supports == (frozenset("bc"),)
    assert lineage.next_set(1) == ("b",)


def test_a_run_that_fails_blames_what_fired() -> None:
    lineage = Lineage("abc")
    lineage.ran("ab", failed=True, fired="a")
    assert lineage.outcome(1) == Counterexample(items=("a",), runs=1)


def test_sets_under_way_are_not_given_twice_nor_is_one_that_holds_them() -> None:
    lineage = Lineage("abc")
    lineage.ran("", failed=False, support="ab")
    assert lineage.next_set(2) == ("a",)
    assert lineage.next_set(2) == ("b",)
    assert lineage.next_set(2) is None
    assert lineage.outcome(2) is None
    lineage.give_back("a")
    assert lineage.next_set(2) == ("a",)


def test_a_fault_of_elsewhere_is_refused() -> None:
    with pytest.raises(ConfigError, match="'z'"):
        Lineage("abc").ran("z", failed=True)


def test_a_hundred_faults_over_retries_are_certified_quickly() -> None:
    """Eight steps with three tries each: every pair of faults leaves a third try."""
    items = [(step, attempt, kind) for step in range(8) for attempt in range(3) for kind in range(5)]
    lineage = Lineage(items)
    while (struck := lineage.next_set(2)) is not None:
        tries = [
            next(attempt for attempt in range(3) if not any(hit[:2] == (step, attempt) for hit in struck))
            for step in range(8)
        ]
        lineage.ran(struck, failed=False, support=[one for one in items if tries[one[0]] == one[1]])
    outcome = lineage.outcome(2)
    assert isinstance(outcome, Certificate)
    assert outcome.runs < 1000
