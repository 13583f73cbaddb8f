"""oversized_result over the shapes that tools give."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos.faults.oversized_result import OversizedResult
from agentprobe.domain.call import Call, Kind, Outcome

FIND = Call(kind=Kind.TOOL, name="find")


def given_to_the_agent(outcome: Outcome, fault: OversizedResult) -> Outcome:
    path = fault.intercept(FIND)
    assert next(path) == FIND
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    result: Outcome = end.value.value
    return result


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ([1, 2], [1, 2, 1, 2, 1, 2]),
        ("line", "line\nline\nline"),
        ({"note": "late", "id": 7}, {"note": "late late late", "id": 7}),
        ('[{"name": "Ann"}]', '[{"name": "Ann"}, {"name": "Ann"}, {"name": "Ann"}]'),
        ('{"total": 1, "rows": [1]}', '{"total": 1, "rows": [1, 1, 1]}'),
    ],
)
def test_the_result_repeats_itself_in_its_own_shape(small: Any, large: Any) -> None:
    outcome = given_to_the_agent(Outcome(value=small), OversizedResult(times=3))
    assert outcome == Outcome(value=large, marks=("fault:oversized_result",))


@pytest.mark.parametrize("result", [None, 3, [], {"id": 7}, {"rows": []}, "", "[]", object()])
def test_what_has_nothing_to_repeat_did_not_fire(result: Any) -> None:
    outcome = Outcome(value=result)
    assert given_to_the_agent(outcome, OversizedResult()) is outcome


@given(
    st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=9), min_size=1), min_size=1, max_size=4),
    st.integers(1000, 50_000),
)
def test_a_size_can_be_asked_for_and_json_stays_valid(rows: list[dict[str, str]], size: int) -> None:
    text = json.dumps(rows)
    outcome = given_to_the_agent(Outcome(value=text), OversizedResult(bytes=size))
    assert size * 0.8 <= len(outcome.value) <= size + 2 * len(text) + size * 0.2
    larger = json.loads(outcome.value)
    assert larger[: len(rows)] == rows
    assert len(larger) % len(rows) == 0
