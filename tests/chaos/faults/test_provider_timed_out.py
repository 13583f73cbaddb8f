"""provider_timed_out, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_each_attempt_costs_the_whole_time(way: Way, meet: Meet) -> None:
    met = meet(way, "provider_timed_out(seconds=100)@model")
    assert isinstance(met.one.error, way.sdk.InternalServerError)
    assert met.one.error.status_code == 504
    assert met.did == ["silent for 100 s, then status 504"] * 3
    assert 300 <= met.seconds < 310
    assert met.asked == []


def test_a_caller_with_less_patience_gives_up_before(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "provider_timed_out(seconds=100)@model", {"retries": 0, "timeout": 30})
    assert isinstance(met.one.error, some_way.sdk.APITimeoutError)
    assert met.seconds == pytest.approx(30)
