"""long_prompt, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, assistant, body_of, round_of, system, user

EACH = pytest.mark.parametrize("name", DIALECTS)
CHAT = (system(), user("one"), assistant("ok"), user("why did it fail?"), *round_of(("find", "A-1", "x")))


@EACH
def test_a_log_stands_behind_what_the_user_wants(name: str) -> None:
    got = asked(name, "long_prompt(bytes=5000)", *CHAT)
    assert got.fired
    grown = got.lines[3].removeprefix("user: ")
    assert 5000 <= len(grown) < 5150
    assert grown.startswith("why did it fail?\n\n2026-01-05T00:00:00Z INFO ")
    assert len(set(grown.splitlines())) == len(grown.splitlines())
    assert got.lines[1:3] + got.lines[4:] == ["user: one", "assistant: ok", "call find A-1", "told x"]


@EACH
def test_a_message_repeats_itself(name: str) -> None:
    got = asked(name, "long_prompt(bytes=100, filler=repeat)", *CHAT)
    assert got.lines[3] == "user: " + "\n".join(["why did it fail?"] * 6)


def test_by_default_it_is_far_larger_than_anybody_types() -> None:
    got = asked("openai_chat", "long_prompt", *CHAT)
    assert 200_000 < len(got.request.body) < 220_000


@EACH
def test_what_is_as_long_already_did_not_fire(name: str) -> None:
    body = body_of(name, user("x" * 200))
    assert arrive(name, "long_prompt(bytes=200)", body).request.body is body


def test_a_prompt_to_be_completed_grows_too() -> None:
    got = arrive("ollama", "long_prompt(bytes=20, filler=repeat)", b'{"model":"m","prompt":"hello"}')
    assert got.request.body == b'{"model":"m","prompt":"hello\\nhello\\nhello\\nhello"}'
