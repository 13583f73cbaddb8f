"""A suppressed tool is never run, and what the provider is told holds together, whatever the model wants."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pydantic
import pytest
from anthropic.types import MessageParam
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionMessageParam
from openai.types.responses import ResponseInputItemParam

from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall, ToolResult
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.kernel.walk import walk
from agentprobe.splice.suppress import Suppression, by_name

TYPES: dict[str, tuple[str, pydantic.TypeAdapter[Any]]] = {
    "openai_chat": ("messages", pydantic.TypeAdapter(list[ChatCompletionMessageParam])),
    "openai_responses": ("input", pydantic.TypeAdapter(list[ResponseInputItemParam])),
    "anthropic_messages": ("messages", pydantic.TypeAdapter(list[MessageParam])),
}
SECRET = ("pay", "send")
TURNS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["look", "find", *SECRET]), max_size=4), st.sampled_from(["", "Well."])
    ),
    min_size=1,
    max_size=6,
)


class World:
    """A provider that follows a plan, and checks of all it is told that each call has its result."""

    def __init__(self, name: str, plan: list[tuple[list[str], str]]) -> None:
        self.dialect = dialect_named(name)
        self.plan = iter(plan)
        self.said: list[ModelAnswer] = []
        self.named = 0

    def answer(self, call: Call) -> HttpReply:
        request = self.dialect.read_request(call.request.body)
        self._check(call.request.body, request)
        names, text = next(self.plan, ([], "End."))
        calls = [ToolCall(id=f"{name}_{self._number()}", name=name, arguments='{"n": 1}') for name in names]
        text = text or ("" if calls else "Hm.")
        finish = Finish.TOOL_CALLS if calls else Finish.STOP
        self.said.append(ModelAnswer(text=text, tool_calls=tuple(calls), finish=finish))
        return self.dialect.write_answer(self.said[-1], request)

    def _number(self) -> int:
        self.named += 1
        return self.named

    def _check(self, body: bytes, request: ModelRequest) -> None:
        field, kinds = TYPES[self.dialect.name]
        kinds.validate_python(json.loads(body)[field])
        told = [
            said for message in request.messages for said in (message.tool_calls, message.results) if said
        ]
        for calls, results in _turns(told):
            assert [call.id for call in calls] == [result.call_id for result in results]
        asked = [call.id for message in request.messages for call in message.tool_calls]
        assert asked == [call.id for answer in self.said for call in answer.tool_calls], "it forgets nothing"


def _turns(told: list[Any]) -> list[tuple[list[ToolCall], list[ToolResult]]]:
    turns: list[tuple[list[ToolCall], list[ToolResult]]] = []
    for said in told:
        if isinstance(said[0], ToolCall):
            turns.append((list(said), []))
        else:
            turns[-1][1].extend(said)
    return turns


def asked_through(room: Suppression, world: World, request: ModelRequest) -> ModelAnswer:
    body = world.dialect.write_request(request)
    call = Call(
        kind=Kind.MODEL,
        name="m",
        request=HttpRequest(method="POST", target="/", body=body),
        dialect=world.dialect.name,
    )
    path = walk(call, [room])
    step = next(path)
    try:
        while True:
            assert isinstance(step, Call)
            assert step.held
            step = path.send(Outcome(value=world.answer(step)))
    except StopIteration as end:
        return world.dialect.read_answer(end.value.value)


@settings(max_examples=60)
@example("openai_responses", [(["pay"], ""), (["pay", "look"], "")], False)
@given(st.sampled_from(sorted(TYPES)), TURNS, st.booleans())
def test_no_suppressed_tool_reaches_the_agent_and_the_provider_is_told_of_all(
    name: str, plan: list[tuple[list[str], str]], stream: bool
) -> None:
    world = World(name, plan)
    room = Suppression(by_name(dict.fromkeys(SECRET, "done")))
    request = ModelRequest(model="m", messages=(Message(role="user", text="go"),), stream=stream)
    for _ in range(len(plan) + 2):
        answer = asked_through(room, world, request)
        assert not {call.name for call in answer.tool_calls} & set(SECRET)
        assert answer.finish is (Finish.TOOL_CALLS if answer.tool_calls else Finish.STOP)
        said = Message(role="assistant", text=answer.text, tool_calls=answer.tool_calls)
        results = [
            Message(role="tool", results=(ToolResult(call_id=call.id, content="seen"),))
            for call in answer.tool_calls
        ]
        if name == "anthropic_messages" and results:
            results = [Message(role="tool", results=tuple(r for m in results for r in m.results))]
        more = results or [Message(role="user", text="and now?")]
        request = replace(request, messages=(*request.messages, said, *more))


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_law_notices_a_call_that_was_not_put_back(name: str) -> None:
    class Forgetful(Suppression):
        def _remember_calls(self, heard: Any, dialect: Any) -> None:
            """Forget them."""

    world = World(name, [(["look", "pay"], ""), (["find"], "")])
    room = Forgetful(by_name({"pay": "done"}))
    question = Message(role="user", text="go")
    answer = asked_through(room, world, ModelRequest(model="m", messages=(question,)))
    said = Message(role="assistant", tool_calls=answer.tool_calls)
    result = Message(role="tool", results=(ToolResult(call_id=answer.tool_calls[0].id, content="seen"),))
    with pytest.raises(AssertionError, match="forgets nothing"):
        asked_through(room, world, ModelRequest(model="m", messages=(question, said, result)))
