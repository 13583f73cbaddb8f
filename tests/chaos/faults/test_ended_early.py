"""ended_early, as a script."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentprobe.chaos.faults.cut_stream import CutStream
from agentprobe.chaos.faults.ended_early import EndedEarly
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest
from agentprobe.domain.wire import HttpRequest

REQUEST = ModelRequest(model="m", messages=(Message(role="user", text="hi"),), stream=True)
ANSWER = ModelAnswer(text="one two three four five", finish=Finish.STOP)


def given_to_the_agent(fault: EndedEarly | CutStream, outcome: Outcome, dialect: str) -> Outcome:
    call = Call(kind=Kind.MODEL, name="m", request=HttpRequest(method="POST", target="/"), dialect=dialect)
    path = fault.intercept(call)
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    result: Outcome = end.value.value
    return result


@pytest.mark.parametrize("name", ["openai_chat", "anthropic_messages"])
def test_the_same_part_comes_as_of_a_cut_stream_but_without_an_error(name: str) -> None:
    reply = Outcome(value=dialect_named(name).write_answer(ANSWER, REQUEST))
    early, cut = (given_to_the_agent(fault, reply, name) for fault in (EndedEarly(), CutStream()))
    assert early.ok
    assert early.value == cut.value
    assert early.marks == ("fault:ended_early",)


@pytest.mark.parametrize("name", ["openai_chat", "anthropic_messages"])
def test_an_answer_in_one_piece_cannot_end_early(name: str) -> None:
    whole = dialect_named(name).write_answer(ANSWER, replace(REQUEST, stream=False))
    outcome = Outcome(value=whole)
    assert given_to_the_agent(EndedEarly(), outcome, name) is outcome
