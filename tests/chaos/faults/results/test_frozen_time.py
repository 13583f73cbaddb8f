"""frozen_time, in a session."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

import agentprobe

MINUTES = count()


@agentprobe.tool(effect="read")
def status(order: str) -> dict[str, Any]:
    minute = next(MINUTES)
    return {
        "order": order,
        "step": minute,
        "created_at": f"2026-01-05T08:{minute:02d}:00Z",
        "updated_at": f"2026-01-05T09:{minute:02d}:00Z",
    }


@pytest.fixture(autouse=True)
def from_the_beginning() -> None:
    global MINUTES
    MINUTES = count()


def test_the_stamp_stands_and_the_rest_moves_on() -> None:
    with agentprobe.session(virtual=True, schedule="frozen_time@tool") as active:
        first, second = status("A-1"), status("A-1")
    assert second == {**first, "step": 1, "created_at": "2026-01-05T08:01:00Z"}
    assert active.injector is not None
    assert [receipt.nth for receipt in active.injector.receipts] == [2]


def test_another_question_has_a_time_of_its_own() -> None:
    with agentprobe.session(virtual=True, schedule="frozen_time@tool"):
        stamps = [status(order)["updated_at"][14:16] for order in ("A-1", "A-2", "A-1", "A-2")]
    assert stamps == ["00", "01", "00", "01"]
