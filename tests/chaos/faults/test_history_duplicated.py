"""history_duplicated, in every protocol."""

from __future__ import annotations

import json

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, assistant, body_of, round_of, user

EACH = pytest.mark.parametrize("name", DIALECTS)


@EACH
def test_the_users_newest_message_comes_twice(name: str) -> None:
    got = asked(
        name,
        "history_duplicated",
        user("one"),
        assistant("first"),
        user("two"),
        *round_of(("find", "A-1", "x")),
    )
    assert got.fired
    assert got.lines == [
        "user: one",
        "assistant: first",
        "user: two",
        "user: two",
        "call find A-1",
        "told x",
    ]


@EACH
def test_the_assistants_newest_text_comes_twice_and_never_a_call(name: str) -> None:
    messages = (user("one"), assistant("first"), user("two"), *round_of(("find", "A-1", "x")))
    got = asked(name, "history_duplicated(whose=assistant)", *messages)
    assert got.fired
    assert "".join(got.lines).count("first") == 2
    assert got.lines.count("call find A-1") == 1
    assert not asked(name, "history_duplicated(whose=assistant)", *messages[2:]).fired


def test_an_image_comes_twice_with_its_message() -> None:
    parts = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:x"}}]
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": parts}]}).encode()
    sent = json.loads(arrive("openai_chat", "history_duplicated", body).request.body)
    assert sent["messages"] == [{"role": "user", "content": parts}] * 2


def test_a_prompt_that_is_no_list_of_turns_stays() -> None:
    body = b'{"model":"m","prompt":"hi"}'
    assert arrive("ollama", "history_duplicated", body).request.body is body
    text = arrive("openai_responses", "history_duplicated", b'{"model":"m","input":"hi"}')
    assert text.lines == ["user: hi"] * 2


@EACH
def test_a_conversation_without_words_of_the_user_did_not_fire(name: str) -> None:
    body = body_of(name, *round_of(("find", "A-1", "x")))
    assert arrive(name, "history_duplicated", body).request.body is body
