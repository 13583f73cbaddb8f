"""cut_arguments, as a script."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos.faults.cut_arguments import CutArguments
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest

NAMES = ["openai_chat", "anthropic_messages"]
REQUEST = ModelRequest(model="m", messages=(Message(role="user", text="refund A-1"),), stream=True)


def answer(arguments: str) -> ModelAnswer:
    calls = (
        ToolCall(id="call_1", name="find", arguments="{}"),
        ToolCall(id="call_2", name="refund", arguments=arguments),
    )
    return ModelAnswer(text="I see.", tool_calls=calls, finish=Finish.TOOL_CALLS)


def struck(outcome: Outcome, name: str, request: ModelRequest = REQUEST, keep: float = 0.6) -> Outcome:
    body = dialect_named(name).write_request(request)
    asked = HttpRequest(method="POST", target="/", body=body)
    path = CutArguments(keep=keep).intercept(Call(kind=Kind.MODEL, name="m", request=asked, dialect=name))
    step = next(path)
    assert isinstance(step, Call)
    assert step.held
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    result: Outcome = end.value.value
    return result


@given(
    st.dictionaries(st.text(min_size=1), st.text() | st.integers()).map(str),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(NAMES),
)
def test_only_the_last_calls_arguments_and_the_reason_to_stop_change(
    arguments: str, keep: float, name: str
) -> None:
    dialect, whole = dialect_named(name), answer(arguments)
    reply = dialect.write_answer(whole, REQUEST)
    read = dialect.read_answer(struck(Outcome(value=reply), name, keep=keep).value)
    assert read.complete
    assert read.finish is Finish.LENGTH
    assert read.text == whole.text
    assert read.tool_calls[0] == whole.tool_calls[0]
    assert replace(read.tool_calls[1], arguments=arguments) == whole.tool_calls[1]
    cut = read.tool_calls[1].arguments
    assert arguments.startswith(cut)
    assert 0 < len(cut) < len(arguments)


@pytest.mark.parametrize("name", NAMES)
def test_the_reply_keeps_its_own_headers_and_timing(name: str) -> None:
    written = dialect_named(name).write_answer(answer('{"order_id": "A-1", "amount": 30}'), REQUEST)
    timed = HttpReply(
        status=200,
        headers=(*written.headers, ("x-served-by", "eu-3"), ("content-length", "999")),
        chunks=tuple(Chunk(chunk.data, 1 + number) for number, chunk in enumerate(written.chunks)),
    )
    reply = struck(Outcome(value=timed), name).value
    assert reply.header("x-served-by") == "eu-3"
    assert reply.header("content-length") is None
    assert [chunk.seconds for chunk in reply.chunks] == [1 + number for number in range(len(reply.chunks))]


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_whose_last_call_has_no_arguments_did_not_fire(name: str) -> None:
    outcome = Outcome(value=dialect_named(name).write_answer(ModelAnswer(text="No."), REQUEST))
    assert struck(outcome, name) is outcome


def test_a_request_that_cannot_be_read_did_not_fire() -> None:
    outcome = Outcome(value=dialect_named("openai_chat").write_answer(answer('{"a": 1}'), REQUEST))
    call = Call(
        kind=Kind.MODEL,
        name="m",
        request=HttpRequest(method="POST", target="/", body=b"?"),
        dialect="openai_chat",
    )
    path = CutArguments().intercept(call)
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    assert end.value.value is outcome
