"""results_reordered, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, round_of, user

EACH = pytest.mark.parametrize("name", DIALECTS)


@EACH
def test_results_stand_in_the_opposite_order_each_under_its_own_id(name: str) -> None:
    messages = (
        user("go"),
        *round_of(("find", "A-1", "open"), ("refund", "A-2", "paid"), ("find", "A-3", "x")),
    )
    got = asked(name, "results_reordered", *messages)
    assert got.fired
    before, after = (
        [result for m in got.dialect.read_request(request.body).messages for result in m.results]
        for request in (got.sent, got.request)
    )
    assert after == before[::-1]
    assert [line for line in got.lines if line.startswith("call")] == [
        "call find A-1",
        "call refund A-2",
        "call find A-3",
    ]


def test_without_ids_the_order_is_all_there_is() -> None:
    body = (
        b'{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"n":1}}},'
        b'{"function":{"name":"f","arguments":{"n":2}}}]},{"role":"tool","tool_name":"f","content":"one"},'
        b'{"role":"tool","tool_name":"f","content":"two"}]}'
    )
    got = arrive("ollama", "results_reordered", body)
    one, two = got.read.messages[0].tool_calls
    assert {r.call_id: r.content for m in got.read.messages for r in m.results} == {
        one.id: "two",
        two.id: "one",
    }


@EACH
def test_one_call_an_answer_did_not_fire(name: str) -> None:
    rounds = (*round_of(("find", "A-1", "open")), *round_of(("find", "A-2", "sent")))
    body = body_of(name, user("go"), *rounds)
    assert arrive(name, "results_reordered", body).request.body is body
