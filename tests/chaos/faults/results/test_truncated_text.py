"""truncated_text over fields and whole results."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.truncated_text import TruncatedText

NOTE = "Refund only after the goods are back."


def test_each_longer_text_ends_in_the_middle(give: Callable[..., Any]) -> None:
    result = give(TruncatedText(), {"id": "A-1", "note": NOTE, "tag": "new"})
    assert result == {"id": "A-1", "note": NOTE[:18], "tag": "new"}
    assert give(TruncatedText(), NOTE) == NOTE[:18]


def test_a_whole_result_that_ends_is_no_json_any_more(give: Callable[..., Any]) -> None:
    text = json.dumps({"id": "A-1", "note": NOTE})
    result = give(TruncatedText(where="whole", keep=0.8), text)
    assert text.startswith(result)
    with pytest.raises(json.JSONDecodeError):
        json.loads(result)


def test_a_servers_words_end_and_its_data_stay(give: Callable[..., Any]) -> None:
    served = {"content": [{"type": "text", "text": NOTE}], "structuredContent": {"result": NOTE}}
    result = give(TruncatedText(where="whole"), served)
    assert result == {**served, "content": [{"type": "text", "text": NOTE[:18]}]}


@pytest.mark.parametrize("where", ["field", "whole"])
@pytest.mark.parametrize("result", [{"id": "A-1"}, "short", 3, None, []])
def test_what_is_short_or_no_text_did_not_fire(keep: Callable[..., None], where: Any, result: Any) -> None:
    keep(TruncatedText(where=where), result)
