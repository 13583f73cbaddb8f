"""wrong_entity over the shapes that tools give."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.wrong_entity import WrongEntity

ANN = {"id": 17, "name": "Ann Lee", "email": "ann@lee.example", "balance": 30.0, "status": "open"}


def test_the_name_stays_and_what_tells_apart_does_not(give: Callable[..., Any]) -> None:
    other = give(WrongEntity(), ANN)
    assert (other["name"], other["status"]) == ("Ann Lee", "open")
    assert all(other[key] != ANN[key] for key in ("id", "email", "balance"))
    assert [type(value) for value in other.values()] == [type(value) for value in ANN.values()]


def test_the_same_thing_is_always_taken_for_the_same_other(give: Callable[..., Any]) -> None:
    alone, among = give(WrongEntity(), ANN), give(WrongEntity(), {"total": 1, "rows": [ANN]})
    assert among == {"total": 1, "rows": [alone]}
    assert json.loads(give(WrongEntity(), json.dumps(ANN))) == alone


def test_ids_in_a_sentence_are_others(give: Callable[..., Any]) -> None:
    said = give(WrongEntity(), "Order A-1 of 2026-01-05 belongs to Ann Lee.")
    assert re.fullmatch(r"Order A-(?!1 )\d+ of 2026-01-05 belongs to Ann Lee\.", said)


@pytest.mark.parametrize("result", [{"name": "Ann"}, "Ann Lee", [], [1, 2], {"rows": []}, None, 17])
def test_what_names_no_id_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(WrongEntity(), result)
