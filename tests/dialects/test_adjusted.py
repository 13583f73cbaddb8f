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


@pytest.mark.parametrize("body", [b"", b"[1]", b"\x1f\x8b", json.dumps(ASKED, indent=1).encode()])
def test_what_need_not_or_cannot_change_stays_the_very_same(body: bytes) -> None:
    assert dialect_named("openai_chat").adjusted(body, {"temperature": 0.2}) is body
