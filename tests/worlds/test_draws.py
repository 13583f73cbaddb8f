from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.worlds.draws import below, numbers, picked, shares


def test_what_is_thrown_does_not_depend_on_the_company() -> None:
    whole = numbers(7, "rows", np.arange(1000))
    assert np.array_equal(numbers(7, "rows", np.arange(500, 510)), whole[500:510])
    assert len(np.unique(whole)) == 1000


def test_another_seed_or_stream_throws_otherwise() -> None:
    one = numbers(1, "rows", np.arange(100))
    assert not np.any(one == numbers(2, "rows", np.arange(100)))
    assert not np.any(one == numbers(1, "lines", np.arange(100)))


def test_throws_are_even_and_stay_below_their_limit() -> None:
    thrown = shares(3, "even", np.arange(100_000))
    assert thrown.min() >= 0
    assert thrown.max() < 1
    assert abs(thrown.mean() - 0.5) < 0.005
    assert set(below(6, 3, "die", np.arange(1000)).tolist()) == set(range(6))


@given(st.lists(st.floats(0, 10), min_size=1, max_size=8).filter(lambda weights: sum(weights) > 0.1))
def test_what_weighs_nothing_is_never_picked(weights: list[float]) -> None:
    found = set(picked(weights, 0, "weights", np.arange(200)).tolist())
    assert all(weights[place] > 0 for place in found)
