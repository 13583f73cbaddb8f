"""cut_stream over any answer of any dialect."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos.faults.cut_stream import CutStream
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.errors import CutOff, RateLimited

DIALECTS = ["openai_chat", "anthropic_messages"]
REQUEST = ModelRequest(model="m", messages=(Message(role="user", text="hi"),), stream=True)
ANSWERS = st.builds(
    ModelAnswer,
    text=st.text(),
    tool_calls=st.lists(
        st.builds(ToolCall, id=st.just("call_1"), name=st.just("find"), arguments=st.just('{"name": "Ann"}')),
        max_size=2,
    ).map(tuple),
    finish=st.just(Finish.STOP),
)
LONG = ModelAnswer(text="one two three four five six seven eight", finish=Finish.STOP)


def call(dialect: str) -> Call:
    request = HttpRequest(method="POST", target="/", body=dialect_named(dialect).write_request(REQUEST))
    return Call(kind=Kind.MODEL, name="m", request=request, dialect=dialect)


def cut(reply: HttpReply | None, dialect: str, fault: CutStream) -> Outcome:
    path = fault.intercept(call(dialect))
    step = next(path)
    assert isinstance(step, Call)
    assert step.held
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=reply))
    outcome: Outcome = end.value.value
    return outcome


@given(ANSWERS, st.floats(0, 1, exclude_max=True), st.sampled_from(DIALECTS))
def test_what_comes_is_a_first_part_and_never_the_end(answer: ModelAnswer, keep: float, name: str) -> None:
    dialect = dialect_named(name)
    reply = dialect.write_answer(answer, REQUEST)
    outcome = cut(reply, name, CutStream(keep=keep))
    assert isinstance(outcome.error, CutOff)
    assert reply.body.startswith(outcome.value.body)
    read = dialect.read_answer(outcome.value)
    assert not read.complete
    assert read.finish is None
    assert bool(read.text or read.tool_calls) == bool(answer.text or answer.tool_calls)


@pytest.mark.parametrize("name", DIALECTS)
def test_more_is_kept_where_more_is_asked_for(name: str) -> None:
    reply = dialect_named(name).write_answer(LONG, REQUEST)
    sizes = [len(cut(reply, name, CutStream(keep=keep)).value.body) for keep in (0.2, 0.5, 0.8)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("name", DIALECTS)
def test_a_packed_stream_is_cut_between_frames_as_well(name: str) -> None:
    dialect = dialect_named(name)
    plain = dialect.write_answer(LONG, REQUEST)
    packed = HttpReply(
        status=200,
        headers=(*plain.headers, ("content-encoding", "gzip")),
        chunks=(Chunk(gzip.compress(plain.body), 0.4),),
    )
    outcome = cut(packed, name, CutStream())
    assert outcome.value.body == cut(plain, name, CutStream()).value.body
    assert outcome.value.header("content-encoding") is None


def test_frames_come_when_they_came() -> None:
    plain = dialect_named("openai_chat").write_answer(LONG, REQUEST)
    timed = plain.with_chunks(Chunk(chunk.data, number / 10) for number, chunk in enumerate(plain.chunks))
    chunks = cut(timed, "openai_chat", CutStream()).value.chunks
    assert [chunk.seconds for chunk in chunks] == [number / 10 for number in range(len(chunks))]


def test_an_answer_in_one_piece_is_cut_by_its_bytes() -> None:
    reply = HttpReply(
        status=200,
        headers=(("content-type", "application/json"),),
        chunks=(Chunk(b'{"id":', 0.1), Chunk(b'"abc"}', 0.2)),
    )
    outcome = cut(reply, "openai_chat", CutStream(keep=0.75))
    assert outcome.value.chunks == (Chunk(b'{"id":', 0.1), Chunk(b'"ab', 0.2))
    assert isinstance(outcome.error, CutOff)
    assert outcome.marks == ("fault:cut_stream",)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        HttpReply(status=200),
        HttpReply(status=200, chunks=(Chunk(b"x"),)),
        dialect_named("openai_chat").write_failure(RateLimited(1)),
    ],
    ids=["no reply", "no body", "one byte", "an error"],
)
def test_what_cannot_be_cut_did_not_fire(reply: HttpReply | None) -> None:
    assert cut(reply, "openai_chat", CutStream()) == Outcome(value=reply)
