"""billing_stopped, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_one_provider_says_it_as_a_rate_limit_and_is_asked_again(way: Way, meet: Meet) -> None:
    met = meet(way, "billing_stopped@model")
    error = met.one.error
    if way.sdk.__name__ == "openai":
        assert isinstance(error, way.sdk.RateLimitError)
        assert error.code == "billing_not_active"
        assert len(met.did) == 3
    else:
        assert isinstance(error, way.sdk.APIStatusError)
        assert (error.status_code, error.type) == (402, "billing_error")
        assert len(met.did) == 1
    assert met.asked == []


@pytest.mark.parametrize("calls", [1, 3])
def test_it_ends_where_the_schedule_says_so(some_way: Way, meet: Meet, calls: int) -> None:
    met = meet(some_way, f"billing_stopped@model:1-{calls}", *[{"retries": 0}] * (calls + 1))
    assert [bool(said.error) for said in met.said] == [True] * calls + [False]
