"""slow_down, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_it_is_a_rate_limit_that_the_sdk_retries_after_the_time_it_was_told(way: Way, meet: Meet) -> None:
    met = meet(way, "slow_down(retry_after=7)@model")
    assert isinstance(met.one.error, way.sdk.RateLimitError)
    assert met.did == ["status 429: slow down"] * 3
    assert met.seconds == pytest.approx(14)
    assert met.asked == []


def test_it_can_be_told_from_a_rate_limit_by_its_code(some_way: Way, meet: Meet) -> None:
    error = meet(some_way, "slow_down@model:1", {"retries": 0}).one.error
    if some_way.sdk.__name__ == "openai":
        assert (error.code, error.type) == ("slow_down", "rate_limit_error")  # type: ignore[union-attr]
    else:
        assert isinstance(error, some_way.sdk.types.shared.RampLimitExceededError)
        assert error.error_code == "ramp_limit_exceeded"
