"""What holds for every fault that changes a tool's result, whatever the tool gave."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos.fault import FAULTS, Fault, Occasion
from agentprobe.chaos.faults.clock_jump import ClockJump
from agentprobe.domain.call import ASKED_BACK, Call, Effect, Kind, Outcome

READ = Call(kind=Kind.TOOL, name="find", request={"order": "A-1"}, effect=Effect.READ)
FORMS: list[Fault] = [
    ClockJump(after=0),
    *(form for fault in FAULTS if issubclass(fault, Reshaping) for form in fault.variants()),
]
ANY = st.sampled_from(FORMS)
EVERY = pytest.mark.parametrize("fault", FORMS, ids=str)
NAMES = st.sampled_from(
    [
        "id",
        "name",
        "amount",
        "total",
        "status",
        "created_at",
        "expires_at",
        "expires_in",
        "email",
        "note",
        "rows",
        "next_cursor",
        "has_more",
        "count",
        "currency",
        "progress",
        "result",
        "data",
        "ts",
        "price",
        "orderId",
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "A-1",
            "Ann's order - late",
            "Müller 🙂",
            "2026-01-05",
            "2026-01-05T09:00:00Z",
            "9999-12-31 23:59",
            "Mon, 05 Jan 2026 09:00:00 GMT",
            "1,234.50 EUR",
            "30.00",
            "done",
            "a@b.example",
            1767603600,
            1767603600123,
            30,
            12.5,
        ]
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=12,
)


def given_to_the_agent(fault: Fault, result: Any, marks: tuple[str, ...] = ()) -> Outcome:
    path = fault.on(Occasion(address=("here",))).intercept(READ)
    assert next(path) == READ
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=result, marks=marks))
    outcome: Outcome = end.value.value
    return outcome


def spelled(value: Any) -> str:
    return json.dumps(value, default=repr)


@given(fault=ANY, result=JSON)
@settings(max_examples=120, deadline=None)
def test_no_result_breaks_it_and_the_same_result_is_changed_in_the_same_way(
    fault: Fault, result: Any
) -> None:
    before = copy.deepcopy(result)
    outcome = given_to_the_agent(fault, result)
    assert spelled(result) == spelled(before)
    assert spelled(given_to_the_agent(fault, result).value) == spelled(outcome.value)
    assert outcome.ok


@given(fault=ANY, result=JSON)
@settings(max_examples=120, deadline=None)
def test_it_is_marked_exactly_where_something_has_changed(fault: Fault, result: Any) -> None:
    outcome = given_to_the_agent(fault, result)
    assert bool(outcome.marks) == (spelled(outcome.value) != spelled(result))
    if not outcome.marks:
        assert outcome.value is result


@given(fault=ANY, result=st.lists(JSON, min_size=1) | st.dictionaries(NAMES, JSON, min_size=1))
@settings(max_examples=120, deadline=None)
def test_json_text_says_what_the_data_would_say(fault: Fault, result: Any) -> None:
    text = json.dumps(result)
    outcome = given_to_the_agent(fault, text)
    assert isinstance(outcome.value, str)
    if "whole" not in str(fault):
        data = given_to_the_agent(fault, json.loads(text)).value
        assert spelled(json.loads(outcome.value)) == spelled(json.loads(json.dumps(data)))


@given(fault=ANY, result=JSON)
@settings(max_examples=120, deadline=None)
def test_a_tool_servers_result_stays_one(fault: Fault, result: Any) -> None:
    served = {
        "content": [{"type": "text", "text": result if isinstance(result, str) else json.dumps(result)}],
        "structuredContent": result if isinstance(result, dict) else {"result": result},
        "isError": False,
    }
    outcome = given_to_the_agent(fault, served).value
    assert set(outcome) == set(served)
    assert all(
        set(block) == {"type", "text"} and isinstance(block["text"], str) for block in outcome["content"]
    )
    assert outcome["isError"] is False


@EVERY
def test_what_is_no_plain_data_is_left_alone(fault: Fault) -> None:
    class Order:
        id = "A-1"

    order = Order()
    assert given_to_the_agent(fault, order) == Outcome(value=order)


@EVERY
def test_a_tool_server_that_asks_back_has_not_answered_yet(fault: Fault) -> None:
    asked = {"resultType": "input_required", "id": "A-1", "status": "done", "created_at": "2026-01-05"}
    assert given_to_the_agent(fault, asked, (ASKED_BACK,)) == Outcome(value=asked, marks=(ASKED_BACK,))


@EVERY
def test_results_that_are_very_deep_do_not_break_it(fault: Fault) -> None:
    deep: Any = {"id": "A-1", "amount": math.nan}
    for _ in range(300):
        deep = {"data": [deep]}
    given_to_the_agent(fault, deep)
    given_to_the_agent(fault, "[" * 100_000)
