"""What holds for every fault that changes a model's answer, over any answer in any dialect."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.chaos._answers import ChangedAnswer
from agentprobe.chaos._arguments import given_in, written_like
from agentprobe.chaos._frames import ChangedFrames
from agentprobe.chaos.fault import FAULTS, Fault
from agentprobe.chaos.faults.json_for_stream import JsonForStream
from agentprobe.dialects import DIALECTS, dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall, ToolSpec, Usage
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.errors import ServerError

EVERY = [
    form
    for fault in FAULTS
    if issubclass(fault, (ChangedAnswer, ChangedFrames, JsonForStream))
    for form in fault.variants()
]
SCHEMA = {
    "type": "object",
    "properties": {"order": {"type": "string"}, "amount": {"type": ["number", "null"]}},
    "required": ["order"],
}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(["order", "amount", "to", "è"]), VALUES, max_size=4)
ARGUMENTS = OBJECTS.map(json.dumps) | OBJECTS.map(lambda v: json.dumps(v, separators=(",", ":"))) | st.text()
CALLS = st.lists(
    st.builds(
        ToolCall,
        id=st.sampled_from(["call_1", "call_2", "toolu_3"]),
        name=st.sampled_from(["refund", "find", "unheard_of"]),
        arguments=ARGUMENTS,
    ),
    max_size=3,
).map(tuple)
ANSWERS = st.builds(
    ModelAnswer,
    text=st.text(),
    tool_calls=CALLS,
    reasoning=st.text(max_size=10),
    finish=st.sampled_from([None, *Finish]),
    usage=st.none() | st.just(Usage(input_tokens=5, output_tokens=3)),
    complete=st.booleans(),
)


def asked(name: str, *, stream: bool) -> tuple[Call, ModelRequest]:
    dialect = dialect_named(name)
    tools = (ToolSpec(name="refund", schema=SCHEMA), ToolSpec(name="find", schema=None))
    told = (Message(role="user", text="refund A-1"),)
    request = ModelRequest(model="m", messages=told, tools=tools, stream=stream, stream_usage=stream)
    wire = HttpRequest(
        method="POST", target=dialect.write_target(request), body=dialect.write_request(request)
    )
    return Call(kind=Kind.MODEL, name="m", request=wire, dialect=name), request


def struck(fault: Fault, call: Call, outcome: Outcome) -> Outcome:
    path = fault.intercept(call)
    step = next(path)
    assert isinstance(step, Call)
    assert step.held
    with pytest.raises(StopIteration) as end:
        path.send(outcome)
    result: Outcome = end.value.value
    return result


@settings(max_examples=300)
@given(st.sampled_from(EVERY), ANSWERS, st.sampled_from(DIALECTS.names()), st.booleans())
def test_an_answer_is_changed_in_the_same_way_each_time_or_not_at_all(
    fault: Fault, answer: ModelAnswer, name: str, stream: bool
) -> None:
    call, request = asked(name, stream=stream)
    before = Outcome(value=dialect_named(name).write_answer(answer, request))
    after = struck(fault, call, before)
    if not after.marks:
        assert after is before
        return
    assert after.marks == (f"fault:{fault.name}",)
    assert isinstance(after.value, HttpReply)
    assert after.value.status == 200
    assert after.value.body != before.value.body
    assert struck(fault, call, before) == after


@pytest.mark.parametrize("fault", EVERY, ids=str)
@pytest.mark.parametrize("name", DIALECTS.names())
def test_a_refusal_and_what_cannot_be_read_stay_as_they_are(fault: Fault, name: str) -> None:
    call, _ = asked(name, stream=True)
    refused = dialect_named(name).write_failure(ServerError(503))
    page = HttpReply(status=200, headers=(("content-type", "text/html"),), chunks=(Chunk(b"<p>Hello</p>"),))
    for outcome in (Outcome(value=refused), Outcome(value=page), Outcome(error=ServerError(500)), Outcome()):
        assert struck(fault, call, outcome) is outcome


@given(OBJECTS, st.booleans())
def test_arguments_written_anew_are_the_same_to_the_letter(values: dict[str, object], tight: bool) -> None:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":") if tight else None)
    given = given_in(ToolCall(id="", name="", arguments=text))
    assert given is not None
    assert json.loads(written_like(text, given)) == values
    if not (tight and '": ' in text):  # a text that looks like spaced JSON is taken for it
        assert written_like(text, given) == text
