"""permission_downgraded over records and lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.permission_downgraded import PermissionDowngraded

ANN = {
    "id": 17,
    "name": "Ann",
    "email": "ann@lee.example",
    "balance": 30.5,
    "note": "pays late",
    "open": True,
}


def test_what_needs_more_rights_is_gone(give: Callable[..., Any]) -> None:
    assert give(PermissionDowngraded(), ANN) == {"id": 17, "name": "Ann", "open": True}


def test_what_needs_more_rights_is_masked(give: Callable[..., Any]) -> None:
    masked = {**ANN, "email": "***", "balance": None, "note": "***"}
    assert give(PermissionDowngraded(sees="masked"), [ANN]) == [masked]


def test_rows_are_gone_and_nothing_counts_them(give: Callable[..., Any]) -> None:
    result = give(PermissionDowngraded(sees="rows"), '{"total":3,"rows":[{"id":1},{"id":2},{"id":3}]}')
    assert result == '{"total":2,"rows":[{"id":1},{"id":2}]}'


@pytest.mark.parametrize("sees", ["fields", "masked", "rows"])
@pytest.mark.parametrize("result", [{"id": 1, "name": "Ann"}, [], [{"id": 1}], "Ann", None])
def test_what_has_nothing_to_guard_did_not_fire(keep: Callable[..., None], sees: Any, result: Any) -> None:
    keep(PermissionDowngraded(sees=sees), result)
