"""Settings put in the place of an agent's own: in each protocol's own words, and nothing else changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentprobe.dialects import dialect_named

ASKED = {"model": "m", "temperature": 0.2, "messages": [{"role": "user", "content": "ja ö"}], "new": {"a": 1}}


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("openai_chat", {"max_completion_tokens": 9, "seed": 3, "stop": ["x"]}),
        ("openai_responses", {"max_output_tokens": 9}),
        ("anthropic_messages", {"max_tokens": 9, "stop_sequences": ["x"]}),
    ],
)
def test_each_protocol_has_its_own_words(dialect: str, expected: dict[str, Any]) -> None:
    settings = {"temperature": 0, "max_tokens": 9, "seed": 3, "stop": ("x",)}
    body = dialect_named(dialect).adjusted(json.dumps(ASKED).encode(), settings)
    assert json.loads(body) == {**ASKED, "temperature": 0, **expected}


def test_a_limit_stays_where_the_request_has_it() -> None:
    body = json.dumps({**ASKED, "max_tokens": 1}).encode()
    assert json.loads(dialect_named("openai_chat").adjusted(body, {"max_tokens": 2}))["max_tokens"] == 2


def test_none_takes_a_setting_out() -> None:
    body = dialect_named("openai_chat").adjusted(json.dumps(ASKED).encode(), {"temperature": None})
    assert "temperature" not in json.loads(body)


def test_gemini_keeps_settings_in_their_own_object_and_the_model_in_its_path() -> None:
    settings = {"model": "gemini-next", "temperature": 0, "max_tokens": 9, "seed": None}
    gemini = dialect_named("gemini")
    body = gemini.adjusted(json.dumps({"contents": [], "generationConfig": {"topK": 1}}).encode(), settings)
    config = {"topK": 1, "temperature": 0, "maxOutputTokens": 9}
    assert json.loads(body) == {"contents": [], "generationConfig": config}
    asked = gemini.retargeted("/v1beta/models/gemini-3:streamGenerateContent?alt=sse", settings)
    assert asked == "/v1beta/models/gemini-next:streamGenerateContent?alt=sse"


@pytest.mark.parametrize("body", [b"", b"[1]", b"\x1f\x8b", json.dumps(ASKED, indent=1).encode()])
def test_what_need_not_or_cannot_change_stays_the_very_same(body: bytes) -> None:
    assert dialect_named("openai_chat").adjusted(body, {"temperature": 0.2}) is body
