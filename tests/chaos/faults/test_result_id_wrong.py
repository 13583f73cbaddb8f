"""result_id_wrong, in every protocol."""

from __future__ import annotations

import json

import pytest
from tests.chaos.asking import DIALECTS, arrive, body_of, round_of, user

EACH = pytest.mark.parametrize("name", DIALECTS)


@EACH
def test_the_newest_result_names_an_id_that_no_call_has(name: str) -> None:
    messages = (
        user("go"),
        *round_of(("find", "A-1", "open")),
        *round_of(("find", "A-2", "x"), ("find", "A-3", "y")),
    )
    body = body_of(name, *messages)
    known = json.loads(body)
    got = arrive(name, "result_id_wrong", body)
    assert got.fired
    before, after = (json.dumps(json.loads(request.body)) for request in (got.sent, got.request))
    old, new = got.receipts[0].did.removeprefix("the result of ").split(" is told as that of ")
    assert len(old) == len(new)
    assert new.startswith("call_")
    assert new not in before
    assert after.count(new) == 1
    assert after.count(old) == before.count(old) - 1
    assert json.loads(after.replace(new, old)) == known


@EACH
def test_without_a_result_it_did_not_fire(name: str) -> None:
    body = body_of(name, user("go"))
    assert arrive(name, "result_id_wrong", body).request.body is body


def test_where_the_protocol_says_no_id_it_did_not_fire() -> None:
    body = (
        b'{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},'
        b'{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"x"}}}]}]}'
    )
    assert arrive("gemini", "result_id_wrong", body).request.body is body
