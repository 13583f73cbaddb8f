"""pagination_lost over the envelopes that lists come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.pagination_lost import PaginationLost


@pytest.mark.parametrize(
    ("page", "bare"),
    [
        ({"items": [1], "next_cursor": "c2", "has_more": True}, {"items": [1]}),
        ({"items": [1], "total": 12, "page": 1}, {"items": [1], "page": 1}),
        ({"data": [1], "meta": {"nextPage": 2}, "ok": True}, {"data": [1], "ok": True}),
        ({"data": [1], "links": {"self": "/1", "next": "/2"}}, {"data": [1], "links": {"self": "/1"}}),
        (list(range(12)), list(range(10))),
        ({"items": list(range(12)), "count": 12}, {"items": list(range(10))}),
        ('{"items":[1],"nextPageToken":"t"}', '{"items":[1]}'),
    ],
)
def test_the_first_page_comes_as_if_it_were_all(give: Callable[..., Any], page: Any, bare: Any) -> None:
    assert give(PaginationLost(), page) == bare


def test_pages_can_be_shorter(give: Callable[..., Any]) -> None:
    assert give(PaginationLost(rows=2), {"hits": [1, 2, 3]}) == {"hits": [1, 2]}


@pytest.mark.parametrize(
    "result",
    [
        {"items": [1], "next_cursor": None, "has_more": False, "total": 1},
        {"items": [], "total": 0},
        {"id": 1, "name": "Ann"},
        [1, 2],
        "a text",
        None,
    ],
)
def test_a_last_page_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(PaginationLost(), result)
