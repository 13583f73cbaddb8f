"""history_truncated, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, SYSTEM, arrive, asked, assistant, body_of, round_of, system, user

EACH = pytest.mark.parametrize("name", DIALECTS)
CHAT = (system(), user("one"), assistant("first"), user("two"), assistant("second"), user("three"))
WORK = (
    system(),
    user("refund A-1, at most 30"),
    *round_of(("find", "A-1", "open")),
    *round_of(("find", "A-2", "sent"), ("find", "A-3", "lost")),
    *round_of(("refund", "A-1", "paid")),
)


@EACH
def test_the_older_half_goes_up_to_something_the_user_said(name: str) -> None:
    got = asked(name, "history_truncated", *CHAT)
    assert got.fired
    assert got.lines == [f"system: {SYSTEM}", "user: three"]
    assert got.receipts[0].did.endswith("turns are gone")


@EACH
def test_more_stays_where_more_is_kept(name: str) -> None:
    got = asked(name, "history_truncated(keep=0.9)", *CHAT)
    assert got.lines == [f"system: {SYSTEM}", "user: two", "assistant: second", "user: three"]


@EACH
def test_of_one_question_the_oldest_rounds_go_calls_and_results_together(name: str) -> None:
    got = asked(name, "history_truncated", *WORK)
    assert got.lines == [f"system: {SYSTEM}", "user: refund A-1, at most 30", "call refund A-1", "told paid"]
    less = asked(name, "history_truncated(keep=0.7)", *WORK)
    assert "told sent" not in less.lines
    assert less.lines[-2:] == got.lines[-2:]


@EACH
def test_nothing_keeps_the_newest_turn(name: str) -> None:
    assert asked(name, "history_truncated(keep=0)", *CHAT).lines == [f"system: {SYSTEM}", "user: three"]


@EACH
@pytest.mark.parametrize(
    "messages", [(user("one"),), (system(), user("one"), *round_of(("find", "A-1", "x")))]
)
def test_where_nothing_can_go_it_did_not_fire(name: str, messages: tuple) -> None:  # type: ignore[type-arg]
    body = body_of(name, *messages)
    assert arrive(name, "history_truncated", body).request.body is body


def test_a_result_whose_call_only_the_provider_knows_stays() -> None:
    body = (
        b'{"model":"m","previous_response_id":"r","input":[{"type":"function_call_output","call_id":"a",'
        b'"output":"1"},{"role":"user","content":"hi"},{"role":"user","content":"there"}]}'
    )
    assert not arrive("openai_responses", "history_truncated", body).fired
