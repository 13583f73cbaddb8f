"""other_locale over figures and dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.other_locale import OtherLocale


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"amount": 1234.56, "id": 7}, {"amount": "1.234,56", "id": 7}),
        ({"price": 30}, {"price": "30,00"}),
        ({"total": "1,234.50 EUR"}, {"total": "1.234,50 EUR"}),
        (
            {"day": "2026-12-31", "at": "2026-12-31T09:30:00Z"},
            {"day": "31.12.2026", "at": "31.12.2026 09:30"},
        ),
        ("Paid 1,234.56 on 2026-12-31.", "Paid 1.234,56 on 31.12.2026."),
        ('{"amount":1.5}', '{"amount":"1,50"}'),
    ],
)
def test_figures_and_dates_are_written_the_other_way(
    give: Callable[..., Any], right: Any, wrong: Any
) -> None:
    assert give(OtherLocale(), right) == wrong


@pytest.mark.parametrize(
    "result", [{"id": 7, "count": 1200}, "version 3.12.1 of 10.0.0.1", "30", {"n": 1.5}, None, float("nan")]
)
def test_ids_versions_and_plain_numbers_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(OtherLocale(), result)
