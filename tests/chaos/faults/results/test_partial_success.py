"""partial_success: what was done, and what the result says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import agentprobe
from agentprobe.chaos.faults.partial_success import PartialSuccess

DONE: list[str] = []
ORDERS = ["A-1", "A-2", "A-3"]


@agentprobe.tool(effect="write")
def refund_all(orders: list[str]) -> dict[str, Any]:
    DONE.extend(orders)
    return {
        "status": "success",
        "count": len(orders),
        "results": [{"id": o, "state": "paid"} for o in orders],
    }


@agentprobe.tool(effect="write")
def mail_all(orders: list[str]) -> str:
    DONE.extend(orders)
    return "Mails are on their way."


@agentprobe.tool(effect="write")
async def close_all(orders: list[str]) -> dict[str, bool]:
    DONE.extend(orders)
    return {"ok": True}


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    DONE.clear()


def test_a_part_is_done_and_a_row_says_which_is_not() -> None:
    with agentprobe.session(virtual=True, schedule="partial_success@tool") as active:
        said = refund_all(ORDERS)
    assert DONE == ["A-1"]
    assert said == {
        "status": "success",
        "count": 3,
        "results": [
            {"id": "A-1", "state": "paid"},
            {"id": "A-2", "state": "failed", "error": "timed out"},
            {"id": "A-3", "state": "failed", "error": "timed out"},
        ],
    }
    assert active.injector is not None
    assert [r.did for r in active.injector.receipts] == ["of 3 in orders only the first 1 were done"]


def test_a_text_has_a_line_more() -> None:
    with agentprobe.session(virtual=True, schedule="partial_success(keep=0.9)@tool"):
        assert mail_all(ORDERS) == "Mails are on their way.\n1 failed (timed out): A-3"
    assert DONE == ["A-1", "A-2"]


def test_a_record_without_rows_has_a_field_more_also_of_an_asynchronous_tool() -> None:
    with agentprobe.session(virtual=True, schedule="partial_success@tool") as active:
        said = active.run(close_all(ORDERS[:2]))
    assert said == {"ok": True, "failed": [{"item": "A-2", "error": "timed out"}]}
    assert DONE == ["A-1"]


def test_one_thing_cannot_be_done_in_part() -> None:
    with agentprobe.session(virtual=True, schedule="partial_success@tool") as active:
        refund_all(["A-1"])
    assert active.injector is not None
    assert active.injector.receipts == ()


def test_of_what_was_read_the_last_rows_failed(give: Callable[..., Any]) -> None:
    rows = [{"id": 1, "state": "ok", "size": 3}, {"id": 2, "state": "ok", "size": 4}]
    assert give(PartialSuccess(), {"ok": True, "rows": rows}) == {
        "ok": True,
        "rows": [rows[0], {"id": 2, "state": "failed", "error": "timed out"}],
    }


@pytest.mark.parametrize("result", [{"id": 1}, [{"id": 1}], ["a", "b"], "text", None])
def test_what_was_read_without_rows_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(PartialSuccess(), result)
