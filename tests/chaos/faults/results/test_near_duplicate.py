"""near_duplicate over lists of all kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.near_duplicate import NearDuplicate


def test_a_twin_stands_behind_the_first_and_is_counted(give: Callable[..., Any]) -> None:
    ann, bob = {"id": "C-7", "name": "Ann Lee", "city": "Rye"}, {"id": "C-9", "name": "Bob", "city": "Ely"}
    result = give(NearDuplicate(), {"count": 2, "rows": [ann, bob]})
    first, twin, last = result["rows"]
    assert (first, last, result["count"]) == (ann, bob, 3)
    assert (twin["name"], twin["city"]) == ("A. Lee", "Rye")
    assert twin["id"] not in ("C-7", "C-9")


@pytest.mark.parametrize(("rows", "twin"), [(["Bob"], "BOB"), (["ANN"], "ANN "), (["Ann Lee"], "A. Lee")])
def test_names_alone_have_twins(give: Callable[..., Any], rows: list[str], twin: str) -> None:
    assert give(NearDuplicate(), rows) == [rows[0], twin]


def test_a_servers_list_has_one_block_more(give: Callable[..., Any]) -> None:
    blocks = [{"type": "text", "text": "a-1"}, {"type": "text", "text": "b-2"}]
    served = give(NearDuplicate(), {"content": blocks, "structuredContent": {"result": ["a-1", "b-2"]}})
    assert [block["text"] for block in served["content"]] == served["structuredContent"]["result"]
    assert len(served["content"]) == 3


@pytest.mark.parametrize("result", [{"id": 1, "name": "Ann"}, [], [3, 4], [{"city": "Rye"}], "Ann", None])
def test_what_is_no_list_of_things_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(NearDuplicate(), result)
