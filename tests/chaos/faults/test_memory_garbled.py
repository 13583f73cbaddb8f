"""memory_garbled, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, SYSTEM, arrive, asked, assistant, body_of, round_of, system, user

EACH = pytest.mark.parametrize("name", DIALECTS)
LONG = "refund order A-1 for 30 EUR"
CHAT = (system(), user(LONG), assistant("done"), user("and now A-2, please, in the very same way"))


@EACH
def test_the_longest_earlier_text_has_holes(name: str) -> None:
    got = asked(name, "memory_garbled", *CHAT)
    assert got.fired
    garbled = got.lines[1].removeprefix("user: ")
    assert len(garbled) == len(LONG)
    assert garbled.count("\N{REPLACEMENT CHARACTER}") == sum(map(str.isalnum, LONG)) // 3
    assert [got.lines[0], *got.lines[2:]] == [
        f"system: {SYSTEM}",
        "assistant: done",
        "user: and now A-2, please, in the very same way",
    ]


@EACH
def test_a_text_that_breaks_off_keeps_its_first_half(name: str) -> None:
    got = asked(name, "memory_garbled(how=cut)", *CHAT)
    assert got.lines[1] == f"user: {LONG[:14]}"


@EACH
def test_the_same_text_is_damaged_in_the_same_way_later_on(name: str) -> None:
    later = (*CHAT[:3], user("go"), *round_of(("find", "A-2", "open")))
    assert asked(name, "memory_garbled", *later).lines[1] == asked(name, "memory_garbled", *CHAT).lines[1]


@EACH
def test_the_newest_message_is_never_damaged(name: str) -> None:
    body = body_of(name, system(), user(LONG))
    assert arrive(name, "memory_garbled", body).request.body is body


@EACH
def test_the_task_is_damaged_where_rounds_of_tools_follow(name: str) -> None:
    got = asked(name, "memory_garbled(nth=2)", user(LONG), *round_of(("find", "A-1", "open")))
    assert got.fired
    assert got.lines[1:] == ["call find A-1", "told open"]
