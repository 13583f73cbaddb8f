"""content_filtered, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


def test_it_is_a_bad_request_with_words_of_its_own(way: Way, meet: Meet) -> None:
    met = meet(way, "content_filtered@model")
    error = met.one.error
    assert isinstance(error, way.sdk.BadRequestError)
    assert len(met.did) == 1
    assert met.asked == []
    if way.sdk.__name__ == "openai":
        assert error.code == "invalid_prompt"
    else:
        assert error.api_message == "Output blocked by content filtering policy"
