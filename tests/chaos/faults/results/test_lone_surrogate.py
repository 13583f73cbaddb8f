"""lone_surrogate: what Python reads and cannot write."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import agentprobe
from agentprobe.chaos.faults.lone_surrogate import LoneSurrogate
from agentprobe.trace.read import read_trace


@pytest.mark.parametrize(
    ("whole", "half"),
    [
        ("Thank you", "Thank you\ud83d"),
        ({"note": "Thanks 🙂 a lot", "id": "A-1"}, {"note": "Thanks \ud83d", "id": "A-1"}),
    ],
)
def test_texts_end_in_half_a_character(give: Callable[..., Any], whole: Any, half: Any) -> None:
    assert give(LoneSurrogate(), whole) == half


def test_json_text_has_bytes_and_what_is_read_out_of_it_has_none(give: Callable[..., Any]) -> None:
    text = give(LoneSurrogate(), '{"note": "Thanks"}')
    assert text.encode() == b'{"note": "Thanks\\ud83d"}'
    with pytest.raises(UnicodeEncodeError):
        json.loads(text)["note"].encode()


@pytest.mark.parametrize("result", [{"id": "A-1"}, 3, "", None, {"at": "2026-01-05"}])
def test_what_has_no_text_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(LoneSurrogate(), result)


def test_a_session_stands_it_and_so_does_its_trace(tmp_path: Path) -> None:
    @agentprobe.tool(effect="read")
    def note() -> str:
        return "Thanks"

    trace = tmp_path / "t.jsonl"
    with agentprobe.session(virtual=True, schedule="lone_surrogate@tool", trace=trace):
        assert note() == "Thanks\ud83d"
    (use,) = read_trace(trace).tool_calls
    assert use.call is not None
    assert use.call.marks == ("fault:lone_surrogate",)
