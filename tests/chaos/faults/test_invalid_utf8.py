"""invalid_utf8, as the real SDKs meet it, and as a script."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from agentprobe.chaos.faults.invalid_utf8 import InvalidUtf8
from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall
from agentprobe.domain.wire import Chunk, HttpReply

if TYPE_CHECKING:
    from tests.chaos.faults.conftest import Meet, Way

CALL = ToolCall(id="c1", name="refund", arguments='{"order": "Abc"}')
DIALECTS = ["openai_chat", "openai_responses", "anthropic_messages", "gemini", "ollama"]


def test_the_error_comes_from_below_the_sdks_own_hierarchy(way: Way, meet: Meet) -> None:
    met = meet(way, "invalid_utf8@model")
    assert isinstance(met.one.error, UnicodeDecodeError)
    assert len(met.asked) == 1


def broken(reply: HttpReply, dialect: str) -> Outcome:
    path = InvalidUtf8().intercept(Call(kind=Kind.MODEL, name="m", dialect=dialect))
    next(path)
    with pytest.raises(StopIteration) as end:
        path.send(Outcome(value=reply))
    outcome: Outcome = end.value.value
    return outcome


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("answer", [ModelAnswer(text="Done, Ann."), ModelAnswer(tool_calls=(CALL,))])
def test_two_bytes_stand_in_the_text_or_the_arguments_and_nothing_else_is_changed(
    name: str, answer: ModelAnswer, stream: bool
) -> None:
    request = ModelRequest(model="m", messages=(Message(role="user", text="hi"),), stream=stream)
    reply = dialect_named(name).write_answer(answer, request)
    body = broken(reply, name).value.body
    assert body.replace(b"\xe2\x82", b"", 1) == reply.body
    with pytest.raises(UnicodeDecodeError):
        body.decode()


def test_a_packed_answer_is_unpacked_for_it() -> None:
    request = ModelRequest(model="m")
    reply = dialect_named("openai_chat").write_answer(ModelAnswer(text="Done", finish=Finish.STOP), request)
    head = (*reply.headers, ("content-encoding", "gzip"))
    packed = HttpReply(status=200, headers=head, chunks=(Chunk(gzip.compress(reply.body)),))
    outcome = broken(packed, "openai_chat")
    assert outcome.value.header("content-encoding") is None
    assert b"\xe2\x82Done" in outcome.value.body


def test_an_answer_without_a_word_stays() -> None:
    reply = dialect_named("openai_chat").write_answer(ModelAnswer(text="42"), ModelRequest(model="m"))
    assert broken(reply, "openai_chat") == Outcome(value=reply)
