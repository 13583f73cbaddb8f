"""quota_exhausted, as the real SDKs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way

OPENAI = {
    "credits": "credit_balance_exhausted",
    "organization": "organization_spend_limit_exceeded",
    "project": "project_spend_limit_exceeded",
}
ANTHROPIC = {
    "credits": (400, None),
    "organization": (429, "enforced_spend_limit_reached"),
    "project": (400, None),
}


@pytest.mark.parametrize("of", ["credits", "organization", "project"])
def test_the_provider_says_whose_money_is_spent(some_way: Way, meet: Meet, of: str) -> None:
    error = meet(some_way, f"quota_exhausted(of={of})@model", {"retries": 0}).one.error
    assert isinstance(error, some_way.sdk.APIStatusError)
    if some_way.sdk.__name__ == "openai":
        assert (error.status_code, error.type, error.code) == (429, "insufficient_quota", OPENAI[of])
    else:
        assert (error.status_code, error.error_code) == ANTHROPIC[of]
    assert "retry-after" not in error.response.headers


def test_an_sdk_asks_three_times_for_what_can_only_fail_where_the_status_is_429(
    some_way: Way, meet: Meet
) -> None:
    met = meet(some_way, "quota_exhausted(of=organization)@model")
    assert isinstance(met.one.error, some_way.sdk.RateLimitError)
    assert len(met.did) == 3
    assert met.asked == []
