"""permission_denied, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_it_is_the_sdks_own_error_and_names_the_model(way: Way, meet: Meet) -> None:
    met = meet(way, "permission_denied@model", {"model": "large-1"})
    assert isinstance(met.one.error, way.sdk.PermissionDeniedError)
    assert "large-1" in str(met.one.error)
    assert len(met.did) == 1


@pytest.mark.parametrize("second", ["large", "small"])
def test_another_model_may_be_used(some_way: Way, meet: Meet, second: str) -> None:
    met = meet(some_way, "permission_denied@model", {"model": "large"}, {"model": second})
    assert (met.said[1].error is None) is (second == "small")
