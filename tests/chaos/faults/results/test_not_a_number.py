"""not_a_number over figures of all kinds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from agentprobe.chaos.faults.not_a_number import NotANumber


def test_figures_are_none_and_ids_counts_and_times_stay(give: Callable[..., Any]) -> None:
    record = {"id": 7, "amount": 30, "score": 0.5, "count": 2, "created_at": 1767603600, "ok": True}
    result = give(NotANumber(), record)
    assert math.isnan(result["amount"])
    assert math.isnan(result["score"])
    assert {**result, "amount": 30, "score": 0.5} == record
    assert not result["amount"] > 1000


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (NotANumber(), '{"amount": NaN}'),
        (NotANumber(value="infinity"), '{"amount": Infinity}'),
        (NotANumber(value="minus_infinity"), '{"amount": -Infinity}'),
    ],
)
def test_json_text_holds_what_no_strict_reader_takes(
    give: Callable[..., Any], fault: NotANumber, text: str
) -> None:
    assert give(fault, '{"amount": 30.0}') == text
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(text)


@pytest.mark.parametrize("result", [{"id": 7}, "30", True, None, {"amount": "30"}, {"x": math.nan}])
def test_what_has_no_figures_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(NotANumber(), result)
