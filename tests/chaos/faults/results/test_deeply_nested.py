"""deeply_nested over data and text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import agentprobe
from agentprobe.chaos.faults.deeply_nested import DeeplyNested
from agentprobe.trace.read import read_trace


def test_the_whole_result_lies_so_deep(give: Callable[..., Any]) -> None:
    result, depth = json.loads(give(DeeplyNested(), '{"id":1}')), 0
    while "id" not in result:
        (result,) = result.values()
        depth += 1
    assert (result, depth) == ({"id": 1}, 100)


def test_a_session_stands_it_and_so_does_its_trace(tmp_path: Path) -> None:
    @agentprobe.tool(effect="read")
    def find() -> dict[str, int]:
        return {"id": 1}

    trace = tmp_path / "t.jsonl"
    with agentprobe.session(virtual=True, schedule="deeply_nested(depth=400)@tool", trace=trace):
        assert set(find()) < {"data", "result", "item", "value"}
    (use,) = read_trace(trace).tool_calls
    assert use.call is not None
    assert use.call.marks == ("fault:deeply_nested",)


@pytest.mark.parametrize("result", ["text", 3, None, [], {}, "[]"])
def test_what_has_nothing_to_wrap_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(DeeplyNested(), result)
