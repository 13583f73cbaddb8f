"""The figures agree with the reference library, and obey what a gate relies on."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from agentprobe.lab.statistics import (
    Tally,
    effective_runs,
    interval,
    lower_bound,
    mean_rate,
    pass_hat_k,
    surely_above,
    surely_below,
    tasks_needed,
    upper_bound,
    wilson,
)

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCE = st.sampled_from([0.8, 0.9, 0.95, 0.99])
TALLIES = st.lists(
    st.integers(1, 12).flatmap(lambda n: st.builds(Tally, st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=20,
)


@given(COUNTS, CONFIDENCE)
def test_wilsons_interval_is_the_reference_librarys(counts: tuple[int, int], confidence: float) -> None:
    passed, n = counts
    expected = binomtest(passed, n).proportion_ci(confidence, method="wilson")
    found = wilson(passed, n, confidence)
    assert found.low == pytest.approx(expected.low, abs=1e-9)
    assert found.high == pytest.approx(expected.high, abs=1e-9)


@given(COUNTS, CONFIDENCE)
def test_the_gates_bounds_are_the_reference_librarys(counts: tuple[int, int], confidence: float) -> None:
    passed, n = counts
    low = binomtest(passed, n, alternative="greater").proportion_ci(confidence, method="exact").low
    high = binomtest(passed, n, alternative="less").proportion_ci(confidence, method="exact").high
    assert lower_bound(passed, n, confidence) == pytest.approx(low, abs=1e-9)
    assert upper_bound(passed, n, confidence) == pytest.approx(high, abs=1e-9)


@given(TALLIES)
def test_repeats_are_worth_at_least_one_run_and_at_most_themselves(tallies: list[Tally]) -> None:
    assert 1 <= effective_runs(tallies) <= sum(tally.runs for tally in tallies)


def test_repeats_that_always_agree_are_worth_one_run_a_task() -> None:
    alike = [Tally(10, 10)] * 5 + [Tally(0, 10)] * 5
    assert effective_runs(alike) < 10
    assert effective_runs([Tally(10, 10)] * 8) == 8


def test_what_repeats_are_worth_is_what_the_formula_says() -> None:
    """Worked out by hand: p(1-p) / (var/T), times (z/t)² for four degrees of freedom."""
    tallies = [Tally(passed, 10) for passed in (2, 2, 4, 6, 6)]
    assert effective_runs(tallies) == pytest.approx(0.24 / (0.04 / 5) * (1.959964 / 2.776445) ** 2, rel=1e-5)


def test_repeats_that_disagree_within_their_task_are_worth_more_than_tasks() -> None:
    assert effective_runs([Tally(5, 10)] * 10) > 50


def test_one_run_a_task_gives_the_plain_interval() -> None:
    once = [Tally(1, 1)] * 9 + [Tally(0, 1)]
    assert interval(once) == wilson(9, 10)


def test_a_perfect_score_never_gives_an_interval_of_no_width() -> None:
    found = interval([Tally(3, 3)] * 8)
    assert found.high == 1.0
    assert found.low < 0.7


@given(TALLIES, CONFIDENCE)
def test_an_interval_holds_its_own_rate(tallies: list[Tally], confidence: float) -> None:
    found = interval(tallies, confidence)
    assert 0 <= found.low <= mean_rate(tallies) + 1e-9
    assert mean_rate(tallies) - 1e-9 <= found.high <= 1


@given(TALLIES, st.data())
def test_one_more_passed_run_never_lowers_what_is_sure(tallies: list[Tally], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(tallies)))
    more = list(tallies)
    if place == len(tallies):
        more.append(Tally(1, 1))
    else:
        more[place] = Tally(more[place].passed + 1, more[place].runs + 1)
    assert surely_above(more) >= surely_above(tallies) - 1e-12
    assert surely_below(more) >= surely_below(tallies) - 1e-12


@pytest.mark.parametrize(("rate", "needed"), [(0.9, 29), (0.95, 59), (0.99, 299)])
def test_so_many_tasks_that_all_pass_prove_a_rate(rate: float, needed: int) -> None:
    assert tasks_needed(rate) == needed
    assert surely_above([Tally(3, 3)] * needed) >= rate
    assert surely_above([Tally(3, 3)] * (needed - 1)) < rate


def test_pass_hat_k_is_unbiased_over_all_outcomes() -> None:
    """The mean over every possible outcome of five runs is p**3, which the plug-in (c/n)**3 misses."""
    p, n, k = 0.9, 5, 3
    mean = plug_in = 0.0
    for outcome in product((0, 1), repeat=n):
        weight = 1.0
        for passed in outcome:
            weight *= p if passed else 1 - p
        found = pass_hat_k([Tally(sum(outcome), n)], k)
        assert found is not None
        mean += weight * found
        plug_in += weight * (sum(outcome) / n) ** k
    assert mean == pytest.approx(p**k)
    assert plug_in != pytest.approx(p**k, abs=0.005)


def test_pass_hat_k_is_unknown_with_too_few_repeats() -> None:
    assert pass_hat_k([Tally(3, 3), Tally(2, 2)], 3) is None
    assert pass_hat_k([], 1) is None


def test_nothing_run_is_nothing_known() -> None:
    assert interval([]).low == 0
    assert interval([]).high == 1
    assert surely_above([]) == 0
    assert surely_below([]) == 1
