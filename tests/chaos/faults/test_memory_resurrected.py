"""memory_resurrected, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, assistant, body_of, round_of, system, user

EACH = pytest.mark.parametrize("name", DIALECTS)
READ_AGAIN = (
    user("go"),
    *round_of(("find", "A-1", "open")),
    *round_of(("refund", "A-1", "paid")),
    *round_of(("find", "A-1", "refunded"), ("find", "A-2", "sent")),
)


@EACH
def test_the_first_message_comes_again_behind_all_others(name: str) -> None:
    messages = (
        system(),
        user("cancel A-1"),
        assistant("done"),
        user("no, keep it"),
        *round_of(("find", "A-1", "x")),
    )
    got = asked(name, "memory_resurrected", *messages)
    assert got.fired
    assert got.lines[-4:] == ["user: no, keep it", "call find A-1", "told x", "user: cancel A-1"]


@EACH
def test_a_message_that_was_not_superseded_does_not_come_back(name: str) -> None:
    for messages in ((user("go"),), (user("go"), assistant("ok"), user("go"))):
        body = body_of(name, *messages)
        assert arrive(name, "memory_resurrected", body).request.body is body


@EACH
def test_a_tool_says_again_what_it_said_before_the_write(name: str) -> None:
    got = asked(name, "memory_resurrected(what=result)", *READ_AGAIN)
    assert got.fired
    assert [line for line in got.lines if line.startswith("told")] == [
        "told open",
        "told paid",
        "told open",
        "told sent",
    ]
    assert "find says again" in got.receipts[0].did


@EACH
def test_a_tool_that_was_asked_once_or_said_the_same_did_not_fire(name: str) -> None:
    for messages in (READ_AGAIN[:5], (*READ_AGAIN[:3], *round_of(("find", "A-1", "open")))):
        body = body_of(name, *messages)
        assert arrive(name, "memory_resurrected(what=result)", body).request.body is body
