"""How results keep their shape: blocks of tool servers, the manner of JSON text, half characters."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos._results import UNCHANGED, made_for, reshape
from agentprobe.domain.call import TOLD, Call, Kind


def one_more(value: Any) -> Any:
    return [*value, value[-1]] if isinstance(value, list) else UNCHANGED


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers(), min_size=1), min_size=1, max_size=3))
def test_a_servers_list_and_its_blocks_change_together(items: list[dict[str, int]]) -> None:
    blocks = [{"type": "text", "text": json.dumps(item, indent=2)} for item in items]
    result = reshape({"content": blocks, "structuredContent": {"result": items}, "isError": False}, one_more)
    assert result["structuredContent"] == {"result": [*items, items[-1]]}
    assert result["content"] == [*blocks, blocks[-1]]
    assert result["isError"] is False


def test_blocks_that_are_not_the_items_change_each_for_itself() -> None:
    served = {"content": [{"type": "text", "text": "two found"}], "structuredContent": {"result": ["a"]}}
    result = reshape(served, one_more)
    assert result == {**served, "structuredContent": {"result": ["a", "a"]}}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, 2]}',
        '{"a":[1,2]}',
        '{\n  "a": [\n    1,\n    2\n  ]\n}',
        '{"a": ["ä"]}',
        '{"a": ["\\u00e4"]}',
    ],
)
def test_json_text_keeps_its_manner(text: str) -> None:
    assert reshape(text, lambda value: {**value}) == text


@pytest.mark.parametrize(
    ("call", "made"),
    [
        (Call(kind=Kind.TOOL, name="t"), {"a": "ä"}),
        (Call(kind=Kind.TOOL, name="t", purpose=TOLD), '{"a": "ä"}'),
        (
            Call(kind=Kind.TOOL, name="t", via="mcp:desk"),
            {
                "content": [{"type": "text", "text": '{"a": "ä"}'}],
                "structuredContent": {"a": "ä"},
                "isError": False,
                "resultType": "complete",
            },
        ),
    ],
)
def test_what_no_tool_gave_comes_in_the_form_that_the_asker_knows(call: Call, made: Any) -> None:
    assert made_for(call, {"a": "ä"}) == made
