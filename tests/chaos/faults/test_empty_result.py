"""empty_result over the shapes that tools give."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos.faults.empty_result import EmptyResult
from agentprobe.domain.call import Call, Kind, Outcome

FIND = Call(kind=Kind.TOOL, name="find")
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def given_to_the_agent(outcome: Outcome) -> Outcome:
    path = EmptyResult().intercept(FIND)
    assert next(path) == FIND
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    result: Outcome = end.value.value
    return result


@pytest.mark.parametrize(
    ("full", "empty"),
    [
        ([1, 2], []),
        ((1, 2), ()),
        ({"name": "Ann"}, {}),
        ("Ann lives in Rye", ""),
        (b"Ann", b""),
        ('[{"name": "Ann"}]', "[]"),
        ('{"total": 12, "page": 1, "rows": [1, 2]}', '{"total": 0, "page": 1, "rows": []}'),
        ('{"total":12,"rows":["ä"]}', '{"total":0,"rows":[]}'),
        (
            {"found": {"rows": [1], "count": 1}, "source": {"db": "eu"}, "ok": True},
            {"found": {"rows": [], "count": 0}, "source": {"db": "eu"}, "ok": True},
        ),
        ("[not json", ""),
    ],
)
def test_the_shape_stays_and_nothing_is_in_it(full: Any, empty: Any) -> None:
    outcome = given_to_the_agent(Outcome(value=full))
    assert outcome == Outcome(value=empty, marks=("fault:empty_result",))
    assert type(outcome.value) is type(full)


@pytest.mark.parametrize("result", [None, 3, True, [], {}, "", "[]", '{"rows": [], "total": 0}', object()])
def test_what_cannot_be_emptied_did_not_fire(result: Any) -> None:
    outcome = Outcome(value=result)
    assert given_to_the_agent(outcome) is outcome


def test_a_tool_that_failed_by_itself_did_not_fire() -> None:
    outcome = Outcome(error=KeyError("A-1"))
    assert given_to_the_agent(outcome) is outcome


@given(DATA)
def test_json_text_stays_json_of_the_same_kind_and_the_original_is_untouched(data: Any) -> None:
    before = json.dumps(data)
    outcome = given_to_the_agent(Outcome(value=data))
    assert json.dumps(data) == before
    assert type(outcome.value) is type(data)
    if isinstance(data, dict | list):
        text = given_to_the_agent(Outcome(value=before)).value
        assert json.loads(text) == outcome.value
