"""overloaded, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_each_provider_has_its_own_status_and_type_for_it(way: Way, meet: Meet) -> None:
    error = meet(way, "overloaded@model", {"retries": 0}).one.error
    assert isinstance(error, way.sdk.InternalServerError)
    if way.sdk.__name__ == "openai":
        assert (error.status_code, error.code) == (503, "server_is_overloaded")
        assert error.type == "service_unavailable_error"
    else:
        assert (error.status_code, error.type) == (529, "overloaded_error")


def test_an_sdk_gets_over_two_of_them(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "overloaded@model:1-2")
    assert met.one.error is None
    assert len(met.did) == 2
    assert len(met.asked) == 1


def test_it_waits_as_long_as_it_was_told(some_way: Way, meet: Meet) -> None:
    assert meet(some_way, "overloaded(retry_after=20)@model:1").seconds == pytest.approx(20)
