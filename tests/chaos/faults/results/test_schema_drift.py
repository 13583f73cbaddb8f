"""schema_drift: each shape by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos._drift import SHAPES, Shape
from agentprobe.chaos.faults.schema_drift import SchemaDrift

ORDER = {
    "id": 17,
    "amount": 30.5,
    "currency": "EUR",
    "status": "paid",
    "created_at": "2026-01-05T09:00:00Z",
    "lines": [1],
    "customer": {"name": "Ann"},
}


@pytest.mark.parametrize(
    ("shape", "gone", "instead"),
    [
        ("renamed", ["amount"], {"value": 30.5}),
        ("removed", ["amount"], {}),
        ("added", [], {"schema_version": 2, "extensions": {}}),
        ("nested", [], {"amount": {"value": 30.5}}),
        ("type_changed", [], {"amount": "30.5"}),
        ("id_as_text", [], {"id": "17"}),
        ("enum_added", [], {"status": "partially_paid"}),
        ("unit_changed", [], {"amount": 3050}),
        ("currency_changed", [], {"currency": "USD"}),
        ("date_format_changed", [], {"created_at": "01/05/2026 09:00"}),
        ("time_zone_changed", [], {"created_at": "2026-01-05T04:00:00"}),
        ("null_for_list", [], {"lines": None}),
        ("list_for_object", [], {"customer": [{"name": "Ann"}]}),
    ],
)
def test_one_thing_is_otherwise_and_all_else_as_it_was(
    give: Callable[..., Any], shape: Shape, gone: list[str], instead: dict[str, Any]
) -> None:
    drifted = {key: value for key, value in ORDER.items() if key not in gone} | instead
    assert give(SchemaDrift(shape=shape), ORDER) == drifted
    assert json.loads(give(SchemaDrift(shape=shape), json.dumps(ORDER))) == drifted


def test_every_shape_is_a_form_that_a_campaign_tries() -> None:
    assert [form.shape for form in SchemaDrift.variants()] == list(SHAPES)
    assert len(SHAPES) >= 10


@pytest.mark.parametrize("shape", SHAPES)
def test_plain_words_and_empty_results_did_not_fire(keep: Callable[..., None], shape: Shape) -> None:
    results: list[Any] = ["refunded", 3, None, {}, [], "[]"]
    for result in results:
        keep(SchemaDrift(shape=shape), result)


def test_a_record_without_such_a_thing_did_not_fire(keep: Callable[..., None]) -> None:
    for shape in ("unit_changed", "currency_changed", "enum_added", "date_format_changed", "null_for_list"):
        keep(SchemaDrift(shape=shape), {"id": 17, "name": "Ann"})


@pytest.mark.parametrize(
    ("shape", "before", "after"),
    [
        ("unit_changed", {"price": "30.50", "duration": 2}, {"price": "3050", "duration": 2000}),
        ("currency_changed", {"price": "30 EUR"}, {"price": "30 USD"}),
        ("currency_changed", {"price": "$30"}, {"price": "€30"}),
        ("id_as_text", {"ref": "0017"}, {"ref": 17}),
        ("enum_added", {"state": "OPEN"}, {"state": "PARTIALLY_OPEN"}),
        ("renamed", {"orderTotal": 3}, {"order_total": 3}),
        ("list_for_object", {"id": 1}, [{"id": 1}]),
    ],
)
def test_the_same_in_other_spellings(
    give: Callable[..., Any], shape: Shape, before: dict[str, Any], after: Any
) -> None:
    assert give(SchemaDrift(shape=shape), before) == after


def test_each_row_drifts(give: Callable[..., Any]) -> None:
    rows = {"total": 2, "rows": [{"id": 1, "amount": 3}, {"id": 2, "amount": 4}]}
    result = give(SchemaDrift(shape="unit_changed"), rows)
    assert result == {"total": 2, "rows": [{"id": 1, "amount": 300}, {"id": 2, "amount": 400}]}
