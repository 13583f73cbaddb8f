"""result_lost, in every protocol."""

from __future__ import annotations

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, round_of, user

EACH = pytest.mark.parametrize("name", DIALECTS)
TWO = (user("go"), *round_of(("find", "A-1", "open"), ("refund", "A-2", "paid")))


def told(name: str, how: str) -> list[str]:
    got = asked(name, f"result_lost(how={how})", *TWO)
    assert got.fired
    results = [result for message in got.read.messages for result in message.results]
    calls = [call for message in got.read.messages for call in message.tool_calls]
    if how != "missing":
        assert [one.call_id for one in results] == [one.id for one in calls]
    return [*(one.name for one in calls), *(one.content for one in results)]


@EACH
def test_the_last_of_several_results_says_nothing(name: str) -> None:
    assert told(name, "empty") == ["find", "refund", "open", ""]


@EACH
def test_a_text_stands_for_it(name: str) -> None:
    assert told(name, "placeholder") == ["find", "refund", "open", "No result was received for this call."]


@EACH
def test_its_call_is_forgotten_with_it(name: str) -> None:
    assert told(name, "forgotten") == ["find", "open"]


@EACH
def test_only_the_result_is_missing(name: str) -> None:
    assert told(name, "missing") == ["find", "refund", "open"]


@EACH
@pytest.mark.parametrize("how", ["empty", "placeholder", "forgotten", "missing"])
def test_one_call_an_answer_did_not_fire(name: str, how: str) -> None:
    body = body_of(name, user("go"), *round_of(("find", "A-1", "open")))
    assert arrive(name, f"result_lost(how={how})", body).request.body is body


@EACH
def test_what_says_nothing_already_did_not_fire(name: str) -> None:
    body = body_of(name, user("go"), *round_of(("find", "A-1", "open"), ("find", "A-2", "")))
    assert arrive(name, "result_lost", body).request.body is body
