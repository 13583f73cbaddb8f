from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.domain.model import Finish, ModelAnswer, ModelSettings, ToolCall
from agentprobe.sim.limits import CHARACTERS_A_TOKEN, obey, tokens, written
from agentprobe.sim.policy import call, refuse, say

TEXTS = st.text(max_size=60)
CALLS = st.builds(ToolCall, id=st.just(""), name=st.text(min_size=1, max_size=8), arguments=TEXTS)
ANSWERS = st.builds(
    ModelAnswer,
    text=TEXTS,
    reasoning=TEXTS,
    refusal=st.none() | TEXTS,
    tool_calls=st.lists(CALLS, max_size=4).map(tuple),
)


@pytest.mark.parametrize(
    ("answer", "finish"),
    [
        (say("hello").answer, Finish.STOP),
        (call(("look", {})).answer, Finish.TOOL_CALLS),
        (refuse("no").answer, Finish.REFUSAL),
        (say("hidden", finish=Finish.CONTENT_FILTER).answer, Finish.CONTENT_FILTER),
    ],
)
def test_an_answer_says_why_it_ends(answer: ModelAnswer, finish: Finish) -> None:
    assert obey(ModelSettings(), answer).finish is finish


def test_a_long_text_is_really_cut_at_the_token_limit() -> None:
    cut = obey(ModelSettings(max_tokens=2), say("The customer is Ann.").answer)
    assert (cut.text, cut.finish) == ("The cust", Finish.LENGTH)


def test_arguments_are_cut_in_the_middle_so_that_they_are_no_json() -> None:
    wish = call(("refund", {"amount": 1000, "order": "A-17"})).answer
    cut = obey(ModelSettings(max_tokens=5), wish)
    assert cut.finish is Finish.LENGTH
    assert cut.tool_calls[0].arguments == '{"amount":1000'[: 20 - len("refund")]
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.tool_calls[0].arguments)


def test_calls_for_which_no_room_is_left_are_not_made() -> None:
    wishes = call(("first", {"a": 1}), ("second", {"b": 2})).answer
    assert [wish.name for wish in obey(ModelSettings(max_tokens=3), wishes).tool_calls] == ["first"]


def test_an_answer_that_just_fits_is_whole() -> None:
    assert obey(ModelSettings(max_tokens=2), say("12345678").answer).finish is Finish.STOP


def test_a_stop_word_ends_the_text_before_it() -> None:
    answer = call(("look", {}), text="one STOP two").answer
    stopped = obey(ModelSettings(stop=("two", "STOP")), answer)
    assert (stopped.text, stopped.tool_calls, stopped.finish) == ("one ", (), Finish.STOP)


def test_only_one_tool_is_called_when_parallel_calls_are_forbidden() -> None:
    wishes = call(("a", {}), ("b", {})).answer
    assert len(obey(ModelSettings(parallel_tool_calls=False), wishes).tool_calls) == 1
    assert len(obey(ModelSettings(), wishes).tool_calls) == 2


@given(ANSWERS, st.integers(0, 60))
def test_no_answer_is_longer_than_the_limit_and_none_is_changed_but_at_its_end(
    answer: ModelAnswer, limit: int
) -> None:
    cut = obey(ModelSettings(max_tokens=limit), answer)
    assert tokens(written(cut)) <= limit
    assert answer.text.startswith(cut.text)
    assert answer.reasoning.startswith(cut.reasoning)
    for whole, kept in zip(answer.tool_calls, cut.tool_calls, strict=False):
        assert kept.name == whole.name
        assert whole.arguments.startswith(kept.arguments)
    too_long = written(answer) > limit * CHARACTERS_A_TOKEN
    assert (cut.finish is Finish.LENGTH) == too_long
