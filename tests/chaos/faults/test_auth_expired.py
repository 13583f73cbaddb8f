"""auth_expired, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_it_is_the_sdks_own_error_and_not_asked_again(way: Way, meet: Meet) -> None:
    met = meet(way, "auth_expired@model")
    assert isinstance(met.one.error, way.sdk.AuthenticationError)
    assert len(met.did) == 1
    assert met.asked == []


@pytest.mark.parametrize("keys", [["old", "new"], ["old", "old", "new", "old"]])
def test_another_key_is_good(some_way: Way, meet: Meet, keys: list[str]) -> None:
    met = meet(some_way, "auth_expired@model", *[{"key": key} for key in keys])
    assert [said.error is None for said in met.said] == [key == "new" for key in keys]
