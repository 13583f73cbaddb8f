"""dst_shift over local times and others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from agentprobe.chaos.faults.dst_shift import DstShift


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"starts": "2026-03-29T23:30"}, {"starts": "2026-03-30T00:30"}),
        ({"starts": "09:30", "ends": "23:15:00"}, {"starts": "10:30", "ends": "00:15:00"}),
        ("see you 2026-03-29 09:00", "see you 2026-03-29 10:00"),
        ({"at": datetime(2026, 3, 29, 9)}, {"at": datetime(2026, 3, 29, 10)}),  # noqa: DTZ001 - the case in point
    ],
)
def test_local_times_are_off_by_an_hour(give: Callable[..., Any], right: Any, wrong: Any) -> None:
    assert give(DstShift(), right) == wrong
    assert give(DstShift(hours=-1), wrong) == right


@pytest.mark.parametrize(
    "result",
    [
        {"at": "2026-03-29T09:00:00Z", "day": "2026-03-29", "ts": 1767603600},
        "at 09:30 or so",
        {"at": datetime(2026, 3, 29, 9, tzinfo=UTC)},
    ],
)
def test_times_that_name_their_zone_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(DstShift(), result)
