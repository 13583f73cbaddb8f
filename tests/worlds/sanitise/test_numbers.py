from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.worlds.sanitise.treated import OTHER_KEY, treated

from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.numbers import Numbers

CHANCE = np.random.default_rng(4)


def mapped(values: list[Any], stored: str = "float", **options: Any) -> list[Any]:
    return treated(Numbers, values, role=Role.MONEY, stored=stored, **options)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1))
@settings(max_examples=40, deadline=None)
def test_sign_and_zero_stay_and_odd_floats_do_no_harm(values: list[float]) -> None:
    for value, image in zip(values, mapped(values), strict=True):
        if math.isfinite(value):
            assert (image > 0, image < 0) == (value > 0, value < 0)
        else:
            assert math.isnan(image) if math.isnan(value) else image == value


@given(st.lists(st.integers(-(10**12), 10**12), min_size=2))
@settings(max_examples=40, deadline=None)
def test_whole_numbers_stay_whole_and_equal_ones_equal(values: list[int]) -> None:
    images = mapped(values + values, "integer")
    assert images[: len(values)] == images[len(values) :]
    assert all(type(image) is int for image in images)


def test_rare_measures_all_change_but_little_and_in_the_same_order() -> None:
    values = np.sort(CHANCE.lognormal(5, 2, 5000)).tolist()
    images = np.array(mapped(values, batch=777))
    assert np.all(np.diff(images) >= 0)
    assert np.mean(images == np.array(values)) < 0.01
    change = np.abs(images / np.array(values) - 1)
    assert np.quantile(change, 0.99) < 0.06
    assert change.max() < 0.25


def test_prices_are_nearly_ranked_and_keep_their_ends() -> None:
    values = sorted({round(float(one), 0) + 0.99 for one in CHANCE.lognormal(6, 1.5, 3000)})
    images = mapped(values)
    assert all(abs(image % 1 - 0.99) < 1e-6 for image in images)
    assert np.mean(np.diff(images) >= 0) == 1


def test_multiples_of_five_stay_multiples_of_five() -> None:
    values = sorted({int(one) * 5 for one in CHANCE.lognormal(7, 1, 2000)})
    images = mapped([value for value in values if value >= 100], "integer")
    assert all(image % 5 == 0 for image in images)


def test_common_values_stay() -> None:
    values = [49.9] * 30 + [123.45]
    images = mapped(values)
    assert images[:30] == [49.9] * 30
    assert images[30] != 123.45


def test_decimals_keep_their_scale_and_texts_theirs() -> None:
    images = mapped([Decimal("1234.56"), Decimal("0.00"), None], "decimal", size=2)
    assert images[1:] == [Decimal("0.00"), None]
    assert images[0].as_tuple().exponent == -2
    texts = mapped(["1234.50", "17", "12 apples", None], "text")
    assert [len(one.partition(".")[2]) for one in texts[:2]] == [2, 0]
    assert texts[2] == "99 xxxxxx"


def test_parts_of_one_stay_parts_of_one() -> None:
    assert max(mapped(CHANCE.random(3000).tolist())) <= 1


def test_floats_are_written_as_typed() -> None:
    images = mapped([23.7, 24.1, 1017.3, 99.9])
    assert all(len(repr(image)) <= 7 for image in images)


@pytest.mark.parametrize("batch", [13, 1000])
def test_the_key_decides_and_batches_do_not(batch: int) -> None:
    values = CHANCE.lognormal(5, 1, 300).tolist()
    assert mapped(values, batch=batch) == mapped(values)
    assert mapped(values) != mapped(values, key=OTHER_KEY)
