"""other_model, as the SDKs see it and in every protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.chaos.asking import DIALECTS, arrive, asked, body_of, user

from agentprobe.dialects import dialect_named
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, ToolCall, Usage
from agentprobe.domain.wire import Chunk, HttpReply

EACH = pytest.mark.parametrize("name", DIALECTS)
STREAMED = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
ANSWER = ModelAnswer(
    model="swift-4-2026-01-20",
    text='It is "model":"swift-4-2026-01-20", I think.',
    tool_calls=(ToolCall(id="call_1", name="find", arguments='{"model":"swift-4-2026-01-20"}'),),
    finish=Finish.TOOL_CALLS,
    usage=Usage(input_tokens=5, output_tokens=7),
)


def answered(name: str, fault: str, *, stream: bool) -> tuple[HttpReply, HttpReply]:
    """What the provider answered, and what the agent got."""
    written = dialect_named(name).write_answer(ANSWER, ModelRequest(model="swift-4", stream=stream))
    timed = HttpReply(
        status=200,
        headers=(*written.headers, ("content-length", str(len(written.body)))),
        chunks=tuple(Chunk(chunk.data, 1.0 + at) for at, chunk in enumerate(written.chunks)),
    )
    got: HttpReply = arrive(name, fault, body_of(name, user("go")), timed).outcome.value
    return timed, got


@EACH
@STREAMED
def test_the_answer_names_another_model_and_says_the_same(name: str, stream: bool) -> None:
    before, after = answered(name, "other_model(model=small-1)", stream=stream)
    dialect = dialect_named(name)
    assert dialect.read_answer(after) == replace(dialect.read_answer(before), model="small-1")
    assert after.header("content-length") is None
    assert [chunk.seconds for chunk in after.chunks] == [chunk.seconds for chunk in before.chunks]
    assert b"small-1" not in before.body
    stays = after.body.count(b"swift-4-2026-01-20")
    assert stays < before.body.count(b"swift-4-2026-01-20")


@EACH
@STREAMED
def test_without_a_name_it_is_a_later_version_of_the_same(name: str, stream: bool) -> None:
    _, after = answered(name, "other_model", stream=stream)
    assert dialect_named(name).read_answer(after).model == "swift-4-2026-11-02"


@EACH
def test_an_error_and_the_same_name_did_not_fire(name: str) -> None:
    before, after = answered(name, "other_model(model=swift-4-2026-01-20)", stream=False)
    assert after == before
    dialect = dialect_named(name)
    refusal = HttpReply(status=500, chunks=(Chunk(b"{}"),))
    got = arrive(name, "other_model", body_of(name, user("go")), refusal)
    assert got.outcome.value == refusal
    assert got.receipts == ()
    assert dialect.read_answer(refusal).error is not None


@EACH
def test_the_other_model_is_asked_under_its_name(name: str) -> None:
    got = asked(name, "other_model(model=small-1, asked=true)", user("go"))
    assert got.fired
    assert got.read.model == "small-1"
    assert got.lines == ["user: go"]


@EACH
def test_nobody_else_is_asked_without_a_name(name: str) -> None:
    body = body_of(name, user("go"))
    assert arrive(name, "other_model(asked=true)", body).request.body is body


def test_openais_sdk_gives_the_other_name(rig: Any) -> None:
    one = rig("openai_chat", "other_model(model=small-1)@model", ANSWER)
    ask: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    assert one.openai_client().chat.completions.create(**ask).model == "small-1"
    chunks = list(one.openai_client().chat.completions.create(**ask, stream=True))
    assert {chunk.model for chunk in chunks} == {"small-1"}


def test_anthropics_sdk_gives_the_other_name(rig: Any) -> None:
    one = rig("anthropic_messages", "other_model(model=small-1)@model", ANSWER)
    ask: Any = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    assert one.anthropic_client().messages.create(**ask).model == "small-1"
    with one.anthropic_client().messages.stream(**ask) as stream:
        assert stream.get_final_message().model == "small-1"
