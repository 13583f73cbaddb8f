"""Keyed digits: one-to-one, as long as before, the same one at a time and many at a time."""

from __future__ import annotations

import numpy as np
import pytest

from agentprobe.worlds.sanitise.words.chance import digits, many_digits, shuffled, throws

KEY = b"k" * 32


@pytest.mark.parametrize("width", [1, 2, 4, 6, 7, 8, 12, 13, 20])
def test_digits_are_one_to_one_and_zeros_lead_as_before(width: int) -> None:
    rng = np.random.default_rng(width)
    runs = {str(value).zfill(width) for value in rng.integers(0, min(10**width, 10**15), 400).tolist()}
    found = {run: digits(KEY, run) for run in runs}
    assert len(set(found.values())) == len(runs)
    assert all(len(new) == width and (new[0] == "0") == (old[0] == "0") for old, new in found.items())
    assert any(digits(b"o" * 32, run) != new for run, new in found.items()) or width == 1


def test_many_at_once_are_the_same_as_one_at_a_time() -> None:
    runs = np.array([100_000_7, 999_999_9, 1])
    assert many_digits(KEY, runs, 7).tolist() == [
        int(digits(KEY, str(run).zfill(7))) for run in runs.tolist()
    ]


def test_a_permutation_is_one_and_its_longer_dice_begin_alike() -> None:
    assert sorted(shuffled(KEY, range(300), "x")) == list(range(300))
    assert throws(KEY, 40, "x")[:16] == throws(KEY, 16, "x")
