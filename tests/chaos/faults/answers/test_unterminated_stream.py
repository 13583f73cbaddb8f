"""unterminated_stream, as real SDKs give it to their callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.domain.model import ModelAnswer

Ask = Callable[..., Any]


@pytest.mark.parametrize(
    ("way", "finish"), [("chat streamed", "tool_calls"), ("anthropic streamed", "tool_use")]
)
def test_all_of_the_answer_comes_and_no_sdk_misses_the_end(
    ask: Ask, way: str, finish: str, calling: ModelAnswer
) -> None:
    got = ask(way, "unterminated_stream", calling)
    assert (got.text, got.arguments["amount"], got.finish) == ("I refund it.", 30, finish)
    assert (got.tokens, got.error) == (12, None)


def test_the_last_event_is_not_the_protocols_last(ask: Ask, calling: ModelAnswer) -> None:
    assert ask("anthropic streamed", "unterminated_stream", calling).raw[-1].type == "message_delta"
    events = ask("responses streamed", "unterminated_stream", calling).raw
    assert events[-1].type == "response.output_item.done"


@pytest.mark.parametrize("way", ["responses streamed", "gemini streamed", "ollama streamed"])
def test_where_the_last_frame_tells_the_reason_that_is_missing_too(
    ask: Ask, way: str, calling: ModelAnswer
) -> None:
    got = ask(way, "unterminated_stream", calling)
    assert (got.text, got.arguments["amount"], got.finish, got.error) == ("I refund it.", 30, None, None)


@pytest.mark.parametrize("way", ["chat", "responses", "anthropic", "gemini", "ollama"])
def test_an_answer_in_one_piece_did_not_fire(ask: Ask, way: str, calling: ModelAnswer) -> None:
    assert ask(way, "unterminated_stream", calling).did is None
