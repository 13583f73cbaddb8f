"""connection_reset, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


@pytest.mark.parametrize("after", [False, True])
def test_the_sdk_tries_three_times_and_each_may_have_been_answered(way: Way, meet: Meet, after: bool) -> None:
    met = meet(way, f"connection_reset(after={str(after).lower()})@model")
    assert isinstance(met.one.error, way.sdk.APIConnectionError)
    assert isinstance(met.one.error.__cause__, httpx2.ReadError)
    assert len(met.did) == 3
    assert len(met.asked) == (3 if after else 0)
    assert met.one.text == ""
