"""results_swapped, in every protocol."""

from __future__ import annotations

import json

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, round_of, user

EACH = pytest.mark.parametrize("name", DIALECTS)


@EACH
def test_two_calls_get_each_others_results_under_their_own_ids(name: str) -> None:
    messages = (
        user("go"),
        *round_of(("find", "A-1", "open"), ("refund", "A-2", "paid"), ("find", "A-3", "x")),
    )
    got = asked(name, "results_swapped", *messages)
    assert got.fired
    before, after = (
        [result for m in got.dialect.read_request(request.body).messages for result in m.results]
        for request in (got.sent, got.request)
    )
    assert [result.call_id for result in after] == [result.call_id for result in before]
    assert [result.content for result in after] == ["paid", "open", "x"]


@EACH
def test_every_turn_with_several_calls_is_swapped_so_that_later_requests_agree(name: str) -> None:
    first, second = (
        round_of((tool, f"{nth}-1", f"{nth}a"), (tool, f"{nth}-2", f"{nth}b"))
        for nth, tool in enumerate(("find", "refund"))
    )
    got = asked(name, "results_swapped", user("go"), *first, *second)
    assert [line for line in got.lines if line.startswith("told")] == [
        "told 0b",
        "told 0a",
        "told 1b",
        "told 1a",
    ]
    assert "in 2 of" in got.receipts[0].did


@EACH
def test_one_call_an_answer_or_equal_results_did_not_fire(name: str) -> None:
    alone = (*round_of(("find", "A-1", "open")), *round_of(("find", "A-2", "sent")))
    for rounds in (alone, round_of(("find", "A-1", "same"), ("find", "A-2", "same"))):
        body = body_of(name, user("go"), *rounds)
        assert arrive(name, "results_swapped", body).request.body is body


def test_a_failure_moves_with_what_it_says() -> None:
    blocks = [
        {"type": "tool_result", "tool_use_id": "a", "content": "no", "is_error": True},
        {"type": "tool_result", "tool_use_id": "b", "content": "yes"},
    ]
    uses = [{"type": "tool_use", "id": i, "name": "find", "input": {}} for i in "ab"]
    said = [{"role": "assistant", "content": uses}, {"role": "user", "content": blocks}]
    body = json.dumps({"model": "m", "max_tokens": 9, "messages": said}).encode()
    sent = json.loads(arrive("anthropic_messages", "results_swapped", body).request.body)
    assert sent["messages"][1]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": "yes"},
        {"type": "tool_result", "tool_use_id": "b", "content": "no", "is_error": True},
    ]
