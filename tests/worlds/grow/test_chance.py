"""Chance by place."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.worlds.grow.chance import Chance, shuffled


@given(st.integers(2, 5000), st.integers(0, 1 << 40))
def test_a_shuffling_leaves_nothing_out_and_takes_nothing_twice(size: int, seed: int) -> None:
    found = shuffled(np.arange(size), size, Chance.of(seed))
    assert sorted(found.tolist()) == list(range(size))


def test_a_shuffling_tells_no_order() -> None:
    found = shuffled(np.arange(10_000), 90_000_000, Chance.of(1))
    assert abs(np.corrcoef(np.arange(10_000), found)[0, 1]) < 0.05
    assert abs(np.mean(np.diff(found) > 0) - 0.5) < 0.03


def test_throws_are_even_and_do_not_follow_each_other() -> None:
    units = Chance.of(5).at("x").units(np.arange(200_000))
    assert units.min() >= 0
    assert units.max() < 1
    assert abs(units.mean() - 0.5) < 0.005
    assert np.bincount((units * 64).astype(int), minlength=64).std() < 4 * (200_000 / 64) ** 0.5
    assert abs(np.corrcoef(units[:-1], units[1:])[0, 1]) < 0.01
    other = Chance.of(5).at("y").units(np.arange(200_000))
    assert abs(np.corrcoef(units, other)[0, 1]) < 0.01


@given(st.integers(0, 1 << 60), st.text(max_size=10))
def test_a_place_throws_the_same_alone_and_among_others(place: int, label: str) -> None:
    chance = Chance.of(3).at(label)
    among = chance.units(np.array([1, place, 7]))
    assert chance.units(np.array([place]))[0] == among[1]
