"""null_result over the shapes that tools give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.null_result import NullResult
from agentprobe.domain.call import TOLD, Call, Kind, Outcome


@pytest.mark.parametrize(
    ("full", "null"),
    [
        ("refunded", None),
        ({"id": 1}, None),
        (0, None),
        ('{"id": 1}', "null"),
        (
            {
                "content": [{"type": "text", "text": "a"}],
                "structuredContent": {"result": "a"},
                "isError": False,
            },
            {"content": [], "structuredContent": {"result": None}, "isError": False},
        ),
        ({"content": [{"type": "text", "text": "a"}]}, {"content": []}),
    ],
)
def test_null_stands_where_the_result_was(give: Callable[..., Any], full: Any, null: Any) -> None:
    assert give(NullResult(), full) == null


def test_what_is_null_already_did_not_fire(keep: Callable[..., None]) -> None:
    keep(NullResult(), None)


def test_the_model_is_told_null() -> None:
    path = NullResult().intercept(Call(kind=Kind.TOOL, name="find", purpose=TOLD))
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value="Ann lives in Rye"))
    assert end.value.value.value == "null"
