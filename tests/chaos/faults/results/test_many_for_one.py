"""many_for_one over lists of all kinds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.many_for_one import ManyForOne


def test_there_are_forty_seven_of_one_name_with_ids_of_their_own(give: Callable[..., Any]) -> None:
    result = give(ManyForOne(), '{"total": 1, "rows": [{"id": 7, "name": "Ann Lee", "total": 30.5}]}')
    found = json.loads(result)
    assert found["total"] == len(found["rows"]) == len({row["id"] for row in found["rows"]}) == 47
    assert {row["name"] for row in found["rows"]} == {"Ann Lee"}
    assert found["rows"][0] == {"id": 7, "name": "Ann Lee", "total": 30.5}


def test_ids_alone_are_many_too(give: Callable[..., Any]) -> None:
    assert len(set(give(ManyForOne(rows=5), ["a-1"]))) == 5


@pytest.mark.parametrize("result", [{"id": 7}, [{"name": "Ann"}], [], "a-1", [1], [{"id": 1}] * 47, None])
def test_what_cannot_be_many_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(ManyForOne(), result)
