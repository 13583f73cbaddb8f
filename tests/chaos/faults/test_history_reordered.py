"""history_reordered, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, SYSTEM, arrive, asked, assistant, body_of, round_of, system, user

EACH = pytest.mark.parametrize("name", DIALECTS)
WORK = (
    system(),
    user("go"),
    *round_of(("find", "A-1", "open")),
    *round_of(("find", "A-2", "sent"), ("find", "A-3", "lost")),
    *round_of(("refund", "A-1", "paid")),
)


@EACH
def test_the_two_newest_rounds_change_places_whole(name: str) -> None:
    got = asked(name, "history_reordered", *WORK)
    assert got.fired
    expected = [
        "call find A-1",
        "told open",
        "call refund A-1",
        "told paid",
        "call find A-2",
        "call find A-3",
    ]
    assert got.lines == [f"system: {SYSTEM}", "user: go", *expected, "told sent", "told lost"]


@EACH
def test_the_users_two_newest_messages_change_places(name: str) -> None:
    messages = (user("one"), assistant("first"), user("two"), assistant("second"), user("three"))
    got = asked(name, "history_reordered(what=questions)", *messages)
    assert got.fired
    assert got.lines == ["user: one", "assistant: first", "user: three", "assistant: second", "user: two"]


@EACH
@pytest.mark.parametrize("fault", ["history_reordered", "history_reordered(what=questions)"])
def test_where_there_are_no_two_it_did_not_fire(name: str, fault: str) -> None:
    body = body_of(name, system(), user("go"), *round_of(("find", "A-1", "open")))
    assert arrive(name, fault, body).request.body is body


@EACH
def test_two_that_are_the_same_did_not_fire(name: str) -> None:
    body = body_of(name, user("go"), assistant("ok"), user("go"))
    assert not arrive(name, "history_reordered(what=questions)", body).fired
