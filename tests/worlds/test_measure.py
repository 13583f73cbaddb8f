from __future__ import annotations

import numpy as np
import pytest

from agentprobe.worlds.measure import Measure, distance, divergence, moved


def test_equal_distributions_are_not_apart() -> None:
    values = np.arange(100)
    assert distance(values, values[::-1]) == 0
    assert moved(values, values) == 0
    assert divergence([1, 2, 3], [10, 20, 30]) == pytest.approx(0)


def test_distributions_that_do_not_meet_are_as_far_apart_as_can_be() -> None:
    assert distance([1, 2], [3, 4]) == 1
    assert moved([0, 0], [2, 2]) == pytest.approx(2)
    assert divergence([1, 0], [0, 1]) == pytest.approx(1)


def test_too_few_observations_are_no_pass() -> None:
    few = Measure(name="x", value=0.0, bound=0.1, observed=3)
    enough = Measure(name="x", value=-0.05, bound=0.1, observed=300)
    off = Measure(name="x", value=-0.2, bound=0.1, observed=300)
    assert (few.holds, enough.holds, off.holds) == (None, True, False)
