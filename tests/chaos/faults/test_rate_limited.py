"""rate_limited, as the real SDKs meet it, for requests and for tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way


@pytest.mark.parametrize("by", ["requests", "tokens"])
def test_the_sdk_waits_as_long_as_it_was_told(some_way: Way, meet: Meet, by: str) -> None:
    met = meet(some_way, f"rate_limited(retry_after=9, by={by})@model:1-2")
    assert met.one.error is None
    assert met.seconds == pytest.approx(18)


def test_a_limit_of_tokens_is_told_as_one(some_way: Way, meet: Meet) -> None:
    met = meet(some_way, "rate_limited(by=tokens)@model", {"retries": 0, "text": "word " * 4000})
    error = met.one.error
    assert isinstance(error, some_way.sdk.RateLimitError)
    assert error.response.headers["retry-after"] == "1"
    if some_way.sdk.__name__ == "openai":
        assert (error.type, error.code) == ("tokens", "rate_limit_exceeded")
        told = re.search(r"Limit (\d+), Used (\d+), Requested (\d+)", str(error))
        assert told is not None
        limit, used, asked = map(int, told.groups())
        assert used + asked > limit
        assert error.response.headers["x-ratelimit-limit-tokens"] == str(limit)
        assert error.response.headers["x-ratelimit-remaining-tokens"] == str(limit - used)
    else:
        assert "input tokens per minute" in str(error)
        assert error.response.headers["anthropic-ratelimit-input-tokens-remaining"] == "0"
        assert error.response.headers["anthropic-ratelimit-requests-remaining"] == "49"
