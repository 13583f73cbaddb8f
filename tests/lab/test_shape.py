"""The fitted curve keeps what falls and levels what rises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.lab.shape import falling
from agentprobe.lab.statistics import Tally

GOOD, HALF, BAD = [Tally(3, 3)] * 30, [Tally(2, 3)] * 30, [Tally(0, 3)] * 30
LEVELS = st.dictionaries(
    st.sampled_from([10, 100, 1_000, 10_000, 100_000]),
    st.lists(st.builds(Tally, st.integers(0, 3), st.just(3)), min_size=1, max_size=40),
)


@given(LEVELS)
def test_the_fitted_curve_never_rises(levels: dict[int, list[Tally]]) -> None:
    fitted = list(falling(levels).values())
    assert fitted == sorted(fitted, reverse=True)
    assert len(fitted) == len(levels)


def test_a_curve_that_falls_already_is_left_as_it_is() -> None:
    fitted = falling({10: GOOD, 1_000: HALF, 100_000: BAD})
    assert fitted[10] == 1
    assert fitted[100_000] == 0


def test_a_rise_is_levelled_by_the_weight_of_its_tasks() -> None:
    fitted = falling({10: BAD[:10], 1_000: GOOD})
    assert fitted[10] == fitted[1_000] == pytest.approx(0.75)


def test_levels_without_runs_have_no_place_on_the_curve() -> None:
    assert falling({}) == {}
    assert falling({10: GOOD, 1_000: []}) == {10: 1.0}
