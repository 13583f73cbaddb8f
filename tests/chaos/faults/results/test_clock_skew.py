"""clock_skew over the ways in which tools write times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agentprobe.chaos.faults.clock_skew import ClockSkew

BACK = ClockSkew(seconds=-3600)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"at": "2026-01-05T00:30:00Z"}, {"at": "2026-01-04T23:30:00Z"}),
        ({"at": "2026-01-05T09:00:00.123456+02:00"}, {"at": "2026-01-05T08:00:00.123456+02:00"}),
        ({"at": "2026-01-05 09:00:00+0200"}, {"at": "2026-01-05 08:00:00+0200"}),
        ({"at": "2026-01-05 09:00"}, {"at": "2026-01-05 08:00"}),
        ({"sent": "Mon, 05 Jan 2026 00:30:00 GMT"}, {"sent": "Sun, 04 Jan 2026 23:30:00 GMT"}),
        ({"sent": "Mon, 05 Jan 2026 09:00:00 +0200"}, {"sent": "Mon, 05 Jan 2026 08:00:00 +0200"}),
        ({"created_at": 1767603600, "n": 1767603600}, {"created_at": 1767600000, "n": 1767603600}),
        ({"ts": 1767603600.5}, {"ts": 1767600000.5}),
        ({"updatedAt": 1767603600123}, {"updatedAt": 1767600000123}),
        ({"exp": "1767603600"}, {"exp": "1767600000"}),
        (
            "sent 2026-01-05T09:00:00Z, see INV-2026-01-05-7",
            "sent 2026-01-05T08:00:00Z, see INV-2026-01-05-7",
        ),
        ('[{"at":"2026-01-05T09:00:00Z"}]', '[{"at":"2026-01-05T08:00:00Z"}]'),
        ({"at": datetime(2026, 1, 5, 9, tzinfo=UTC)}, {"at": datetime(2026, 1, 5, 8, tzinfo=UTC)}),
    ],
)
def test_every_time_is_off_by_so_much_and_written_as_before(
    give: Callable[..., Any], right: Any, wrong: Any
) -> None:
    assert give(BACK, right) == wrong


@pytest.mark.parametrize(
    "result",
    [
        {"id": 1767603600, "n": 3, "at": None},
        {"at": "soon", "day": "2026-13-45"},
        {"at": "0001-01-01T00:00:00Z"},
        {"day": "2026-01-05", "created_at": 12},
        {"on": date(2026, 1, 5)},
        "v2026-01-05",
        True,
    ],
)
def test_what_is_no_time_or_cannot_move_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(BACK, result)


def test_dates_move_by_days(give: Callable[..., Any]) -> None:
    days = ClockSkew(seconds=-86_400)
    assert give(days, {"day": "2026-03-01", "on": date(2026, 3, 1)}) == {
        "day": "2026-02-28",
        "on": date(2026, 2, 28),
    }
