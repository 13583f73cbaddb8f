"""request_too_large, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_it_is_said_with_413_and_not_asked_again_by_the_sdk(way: Way, meet: Meet) -> None:
    met = meet(way, "request_too_large@model")
    assert isinstance(met.one.error, way.sdk.APIStatusError)
    assert met.one.error.status_code == 413
    assert met.one.error.body
    assert len(met.did) == 1


@pytest.mark.parametrize(("words", "passes"), [(100, False), (95, False), (50, True)])
def test_only_a_smaller_request_passes(some_way: Way, meet: Meet, words: int, passes: bool) -> None:
    met = meet(some_way, "request_too_large@model", {"text": "word " * 100}, {"text": "word " * words})
    assert met.said[0].error is not None
    assert (met.said[1].error is None) is passes
