from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.basis.dice import Dice
from agentprobe.chaos.search.covering import Covering
from agentprobe.errors import ConfigError

World = Callable[[tuple[int, ...]], tuple[frozenset[int], bool]]


def sound(row: tuple[int, ...]) -> tuple[frozenset[int], bool]:
    return frozenset(row), False


def all_rows(covering: Covering[int], seed: int = 1, world: World = sound) -> list[tuple[int, ...]]:
    rows = []
    while (row := covering.next_row(Dice(seed))) is not None:
        rows.append(row)
        fired, failed = world(row)
        covering.ran(row, fired, failed=failed)
        assert len(rows) < 5000
    return rows


@pytest.mark.parametrize(
    ("strength", "at_most", "rows"), [(2, 4, 160), (2, 8, 50), (2, 16, 14), (2, 20, 9), (3, 20, 26)]
)
def test_few_rows_cover_forty_faults(strength: int, at_most: int, rows: int) -> None:
    covering = Covering(range(40), strength=strength, at_most=at_most)
    planned = all_rows(covering)
    assert len(planned) <= rows
    assert max(map(len, planned)) == at_most
    for some in combinations(range(40), strength):
        assert any(set(some) <= set(row) for row in planned)


@given(st.integers(0, 2**32), st.integers(2, 9), st.sampled_from([2, 3]), st.integers(3, 6))
@settings(max_examples=12, deadline=None)
def test_covered_means_fired_together_in_a_run_that_did_not_fail(
    seed: int, size: int, strength: int, at_most: int
) -> None:
    chance, held = random.Random(seed), list[frozenset[int]]()

    def world(row: tuple[int, ...]) -> tuple[frozenset[int], bool]:
        fired, failed = frozenset(item for item in row if chance.random() < 0.7), chance.random() < 0.3
        if not failed:
            held.append(fired)
        return fired, failed

    covering = Covering(range(size), strength=strength, at_most=at_most)
    all_rows(covering, seed, world)
    seen = sum(any(one.issuperset(some) for one in held) for some in combinations(range(size), strength))
    coverage = covering.coverage
    assert coverage.covered == seen
    assert coverage.covered == coverage.reachable
    assert not covering.unfinished


@given(st.integers(0, 2**32), st.sampled_from([2, 3]))
@settings(max_examples=5, deadline=None)
def test_the_same_dice_give_the_same_rows(seed: int, strength: int) -> None:
    first, second = (Covering(range(10), strength=strength, at_most=5) for _ in range(2))
    assert all_rows(first, seed) == all_rows(second, seed)


def test_other_dice_give_other_rows() -> None:
    assert all_rows(Covering(range(20)), 1) != all_rows(Covering(range(20)), 2)


@given(st.sets(st.frozensets(st.integers(0, 8), min_size=2, max_size=4), max_size=6), st.sampled_from([2, 3]))
@settings(max_examples=12, deadline=None)
def test_no_row_holds_a_set_known_to_fail(failing: set[frozenset[int]], strength: int) -> None:
    covering = Covering(range(9), strength=strength, at_most=6)
    for known in failing:
        covering.exclude(known)
    rows = all_rows(covering)
    assert not any(known <= set(row) for known in failing for row in rows)
    allowed = [
        some for some in combinations(range(9), strength) if not any(known <= set(some) for known in failing)
    ]
    assert covering.coverage.covered == covering.coverage.reachable == len(allowed)


def test_faults_that_exclude_each_other_are_never_in_one_row() -> None:
    covering = Covering(range(12), at_most=4, together=lambda one, other: one // 2 != other // 2)
    rows = all_rows(covering)
    assert not any({one, one + 1} <= set(row) for one in range(0, 12, 2) for row in rows)
    assert covering.coverage.covered == covering.coverage.total == 66 - 6


def test_a_combination_that_never_fires_is_given_up() -> None:
    covering = Covering(range(8), at_most=4, patience=3)
    asked = 0

    def world(row: tuple[int, ...]) -> tuple[frozenset[int], bool]:
        nonlocal asked
        asked += {0, 1} <= set(row)
        return frozenset(row) - ({1} if 0 in row else set()), False

    all_rows(covering, world=world)
    assert asked == 3
    assert (covering.coverage.unreachable, covering.coverage.covered) == (1, 27)
    assert covering.coverage.share == 1


def test_two_that_never_meet_are_not_tried_with_every_third() -> None:
    covering = Covering(range(10), strength=3, at_most=5)
    rows = all_rows(covering, world=lambda row: (frozenset(row) - ({1} if 0 in row else set()), False))
    assert sum({0, 1} <= set(row) for row in rows) <= 5
    assert (covering.coverage.unreachable, covering.coverage.covered) == (8, 112)


def test_what_a_masking_fault_hid_is_planned_again() -> None:
    covering = Covering(range(6), at_most=6)
    first = covering.next_row(Dice(1))
    assert first is not None
    assert len(first) == 6
    covering.ran(first, {0, 1, 2}, failed=False)
    assert covering.coverage.covered == 3
    again = covering.next_row(Dice(1))
    assert again is not None
    assert set(again) & {3, 4, 5}


def test_a_failed_run_whose_cause_is_known_costs_no_patience() -> None:
    covering = Covering(range(4), at_most=4, patience=1)
    row = covering.next_row(Dice(1))
    assert row is not None
    covering.exclude({0, 1})
    covering.ran(row, row, failed=True)
    assert covering.coverage.unreachable == 0
    all_rows(covering)
    assert (covering.coverage.covered, covering.coverage.failing) == (5, 1)


def test_rows_under_way_share_no_combination() -> None:
    covering = Covering(range(20), at_most=6)
    rows = [covering.next_row(Dice(1)) for _ in range(6)]
    pairs = [pair for row in rows if row is not None for pair in combinations(row, 2)]
    assert len(pairs) == 6 * 15
    assert len(set(pairs)) >= 80


def test_rows_under_way_are_waited_for() -> None:
    covering = Covering(range(4), at_most=4)
    row = covering.next_row(Dice(1))
    assert row == (0, 1, 2, 3)
    assert covering.next_row(Dice(1)) is None
    assert covering.unfinished
    covering.ran(row, row, failed=False)
    assert not covering.unfinished


def test_what_was_seen_elsewhere_is_not_planned() -> None:
    covering = Covering(range(5), at_most=5)
    covering.saw(range(5), range(5))
    assert covering.next_row(Dice(1)) is None
    assert covering.coverage.share == 1


@pytest.mark.parametrize("items", [(), (1,)])
def test_too_few_faults_make_no_row(items: tuple[int, ...]) -> None:
    assert Covering(items).next_row(Dice(1)) is None


@pytest.mark.parametrize("wrong", [{"strength": 4}, {"at_most": 1}, {"patience": 0}])
def test_what_cannot_be_planned_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        Covering(range(4), **wrong)  # type: ignore[arg-type]  # no predicate among them


@pytest.mark.parametrize(("size", "strength"), [(40, 3), (100, 2)])
def test_a_row_is_planned_in_a_moment(size: int, strength: int) -> None:
    covering, times = Covering(range(size), strength=strength, at_most=16), []
    for _ in range(9):
        before = process_time()
        row = covering.next_row(Dice(1))
        times.append(process_time() - before)
        assert row is not None
        covering.ran(row, row, failed=False)
    assert min(times) < 0.02
