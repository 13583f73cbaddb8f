"""expired, told from the session's clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.basis.clock import VirtualClock
from agentprobe.chaos.fault import Occasion
from agentprobe.chaos.faults.expired import Expired

HOUR = Expired(seconds=3600)


@pytest.mark.parametrize(
    ("good", "over"),
    [
        ({"expires_at": "2036-01-05T00:30:00Z"}, {"expires_at": "2026-01-05T08:00:00Z"}),
        ({"validUntil": "2036-01-05T00:30+02:00"}, {"validUntil": "2026-01-05T10:00+02:00"}),
        ({"exp": 1999999999, "iat": 1767600000}, {"exp": 1767600000, "iat": 1767600000}),
        ({"expires_in": 3600, "ttl": 60.5}, {"expires_in": 0, "ttl": 0}),
        ('{"token": "t-1", "expiry": "2036-01-05 00:30"}', '{"token": "t-1", "expiry": "2026-01-05 08:00"}'),
    ],
)
def test_it_ran_out_an_hour_ago(give: Callable[..., Any], good: Any, over: Any) -> None:
    assert give(HOUR, good, Occasion(clock=VirtualClock())) == over


def test_a_date_lies_a_day_back(give: Callable[..., Any]) -> None:
    assert give(Expired(), {"valid_to": "2030-12-31"}) == {"valid_to": "2026-01-04"}


@pytest.mark.parametrize(
    "result",
    [
        {"expires_at": "2020-01-05T00:30:00Z"},
        {"created_at": "2036-01-05T00:30:00Z"},
        {"ttl": 0, "expires_at": None},
        "good until 2036-01-05",
    ],
)
def test_what_has_run_out_already_or_never_does_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(Expired(), result)
