"""model_removed, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_it_is_the_sdks_own_error_and_names_the_model(way: Way, meet: Meet) -> None:
    met = meet(way, "model_removed@model", {"model": "old-1"})
    assert isinstance(met.one.error, way.sdk.NotFoundError)
    assert "old-1" in str(met.one.error)
    assert len(met.did) == 1
    assert met.asked == []


@pytest.mark.parametrize("second", ["old", "new"])
def test_a_second_model_answers(some_way: Way, meet: Meet, second: str) -> None:
    met = meet(some_way, "model_removed@model", {"model": "old"}, {"model": second})
    assert (met.said[1].error is None) is (second == "new")
