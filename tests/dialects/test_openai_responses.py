"""OpenAI's responses, proved with the provider's own SDK and its agents framework."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import openai
import pytest
from openai.types.responses import Response

from agentprobe.dialects import dialect_named
from agentprobe.domain.model import (
    Ended,
    Failed,
    Finish,
    Message,
    ModelAnswer,
    ModelError,
    ModelRequest,
    ModelSettings,
    ToolArguments,
    ToolCall,
    ToolCallBegun,
    ToolResult,
    ToolSpec,
    Usage,
)
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.errors import Malformed, RateLimited, Refused, ServerError, WorldFailure

RESPONSES = dialect_named("openai_responses")
ASKED: dict[str, Any] = {"model": "gpt-5", "input": "hi"}
REQUEST = ModelRequest(model="gpt-5", messages=(Message(role="user", text="hi"),))
STREAMED = replace(REQUEST, stream=True)
ANSWER = ModelAnswer(
    text="Let me look that up.",
    reasoning="The user wants a customer.",
    tool_calls=(
        ToolCall(id="call_1", name="find_customer", arguments='{"name": "Zoë Ångström"}'),
        ToolCall(id="call_2", name="count", arguments="{}"),
    ),
    usage=Usage(input_tokens=12, output_tokens=7, cached_tokens=3, reasoning_tokens=2),
)


def sdk(wire: Any, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(api_key="k", base_url="http://x/v1", http_client=wire.client, **options)


def async_sdk(wire: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="k", base_url="http://x/v1", http_client=wire.async_client)


def asked_twice(wire: Any) -> list[Response]:
    """What the synchronous and the asynchronous SDK make of the reply."""

    async def ask() -> Response:
        async with async_sdk(wire) as client:
            response: Response = await client.responses.create(**ASKED)
            return response

    with sdk(wire) as client:
        return [client.responses.create(**ASKED), asyncio.run(ask())]


def streamed_twice(wire: Any) -> list[Response]:
    """What the SDKs put together from a stream, in their own strict way."""

    async def ask() -> Response:
        async with async_sdk(wire) as client, client.responses.stream(**ASKED) as stream:
            return await stream.get_final_response()

    with sdk(wire) as client, client.responses.stream(**ASKED) as stream:
        return [stream.get_final_response(), asyncio.run(ask())]


# -- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_", [REQUEST, STREAMED], ids=["whole", "streamed"])
def test_the_sdk_reads_a_written_answer(wire: Any, request_: ModelRequest) -> None:
    wire.replies = [RESPONSES.write_answer(ANSWER, request_)]
    for response in streamed_twice(wire) if request_.stream else asked_twice(wire):
        reasoning, message, first, second = response.output
        assert reasoning.type == "reasoning"
        assert reasoning.summary[0].text == ANSWER.reasoning
        assert message.type == "message"
        assert response.output_text == ANSWER.text
        assert first.type == second.type == "function_call"
        assert (first.call_id, first.name, first.arguments) == (
            "call_1",
            "find_customer",
            ANSWER.tool_calls[0].arguments,
        )
        assert (second.call_id, second.arguments) == ("call_2", "{}")
        assert (response.status, response.model) == ("completed", "gpt-5")
        assert response.usage is not None
        assert (response.usage.total_tokens, response.usage.output_tokens_details.reasoning_tokens) == (19, 2)


def test_every_event_is_numbered_and_known_to_the_sdk(wire: Any) -> None:
    refused = replace(ANSWER, refusal="But not that.")
    wire.replies = [RESPONSES.write_answer(refused, STREAMED)]
    with sdk(wire) as client:
        events: list[Any] = list(client.responses.create(**ASKED, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [type(event).__name__ for event in events if type(event).__name__ == "BaseModel"] == []
    kinds = [event.type for event in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    assert {"response.refusal.delta", "response.reasoning_summary_text.delta"} < set(kinds)
    assert (
        "".join(event.delta for event in events if event.type == "response.refusal.delta") == refused.refusal
    )


def test_an_answer_that_ran_into_its_limit_is_incomplete_for_the_sdk_and_whole_for_the_wire(
    wire: Any,
) -> None:
    answer = ModelAnswer(text="and then", finish=Finish.LENGTH)
    wire.replies = [RESPONSES.write_answer(answer, REQUEST)]
    for response in asked_twice(wire):
        assert response.status == "incomplete"
        assert response.incomplete_details is not None
        assert response.incomplete_details.reason == "max_output_tokens"
    for request in (REQUEST, STREAMED):
        seen = RESPONSES.read_answer(RESPONSES.write_answer(answer, request))
        assert (seen.finish, seen.finish_raw, seen.complete) == (Finish.LENGTH, "max_output_tokens", True)


def test_a_stream_cut_before_its_end_is_seen(wire: Any) -> None:
    cut = RESPONSES.write_answer(replace(ANSWER, complete=False), STREAMED)
    wire.replies = [cut]
    with sdk(wire) as client:
        events: list[Any] = list(client.responses.create(**ASKED, stream=True))
    assert events[-1].type == "response.function_call_arguments.delta"
    seen = RESPONSES.read_answer(cut)
    assert (seen.complete, seen.finish, seen.text) == (False, None, ANSWER.text)


def test_an_error_inside_a_stream_is_an_event_of_the_sdk(wire: Any) -> None:
    error = ModelError(type="server_error", message="The server had an error", code="server_error")
    wire.replies = [RESPONSES.write_answer(ModelAnswer(text="half", error=error), STREAMED)]
    with sdk(wire) as client:
        last: Any = list(client.responses.create(**ASKED, stream=True))[-1]
    assert (last.type, last.code, last.message) == ("error", "server_error", "The server had an error")


def test_a_failed_response_carries_its_error(wire: Any) -> None:
    error = ModelError(type="server_error", message="broken", code="server_error")
    reply = RESPONSES.write_answer(ModelAnswer(error=error), REQUEST)
    wire.replies = [reply]
    response = asked_twice(wire)[0]
    assert response.status == "failed"
    assert response.error is not None
    assert response.error.message == "broken"
    assert RESPONSES.read_answer(reply).error == error


def test_a_response_that_is_still_under_way_is_no_complete_answer() -> None:
    body = {"id": "r", "status": "in_progress", "output": []}
    assert not RESPONSES.read_answer(as_reply(body)).complete


@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        (RateLimited(1.0), openai.RateLimitError),
        (ServerError(500), openai.InternalServerError),
        (Refused("bad key", 401), openai.AuthenticationError),
        (Malformed("x"), ValueError),
    ],
)
def test_a_failure_is_the_sdks_own_exception(
    wire: Any, failure: WorldFailure, raised: type[Exception]
) -> None:
    reply = RESPONSES.write_failure(failure)
    assert reply is not None
    wire.replies = [reply]
    with sdk(wire, max_retries=0) as client, pytest.raises(raised):
        client.responses.create(**ASKED)
    assert RESPONSES.read_answer(reply).error is not None


# -- requests ------------------------------------------------------------------------------------

SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}
RICH: dict[str, Any] = {
    "model": "gpt-5",
    "instructions": "Be kind.",
    "input": [
        {
            "role": "user",
            "content": [{"type": "input_text", "text": "Find "}, {"type": "input_text", "text": "Jo"}],
        },
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "xyz"},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Right.", "annotations": []}],
        },
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "c1",
            "name": "find",
            "arguments": '{"name": "Jo"}',
        },
        {"type": "function_call", "id": "fc_2", "call_id": "c2", "name": "find", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "[]"},
        {"type": "function_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "no"}]},
        {"role": "user", "content": "And now?"},
    ],
    "tools": [
        {"type": "web_search"},
        {"type": "function", "name": "find", "description": "Find one", "parameters": SCHEMA, "strict": True},
        {"type": "function", "name": "ask", "parameters": {"type": "object"}},
    ],
    "max_output_tokens": 99,
    "tool_choice": {"type": "function", "name": "find"},
    "parallel_tool_calls": False,
    "previous_response_id": "resp_0",
    "stream": True,
}


def test_what_the_sdk_sends_is_read_in_neutral_words(wire: Any) -> None:
    wire.replies = [RESPONSES.write_answer(ANSWER, STREAMED)]
    with sdk(wire) as client:
        list(client.responses.create(**RICH))
    request = RESPONSES.read_request(wire.body)
    call = ToolCall(id="c1", name="find", arguments='{"name": "Jo"}')
    assert request.messages == (
        Message(role="system", text="Be kind."),
        Message(role="user", text="Find Jo"),
        Message(role="assistant", text="Right.", tool_calls=(call, replace(call, id="c2", arguments="{}"))),
        Message(role="tool", results=(ToolResult(call_id="c1", content="[]"),)),
        Message(role="tool", results=(ToolResult(call_id="c2", content="no"),)),
        Message(role="user", text="And now?"),
    )
    assert request.tools == (
        ToolSpec(name="find", description="Find one", schema=SCHEMA),
        ToolSpec(name="ask", schema={"type": "object"}),
    )
    assert request.settings == ModelSettings(
        max_tokens=99, tool_choice={"name": "find"}, parallel_tool_calls=False
    )
    assert request.extra["previous_response_id"] == "resp_0"
    assert json.loads(RESPONSES.write_request(request)) == json.loads(wire.body)


def test_a_changed_tool_result_is_written_anew_and_its_neighbours_stay_as_they_came() -> None:
    request = RESPONSES.read_request(json.dumps(RICH).encode())
    changed = Message(role="tool", results=(ToolResult(call_id="c1", content="a dog"),))
    messages = (*request.messages[:3], changed, *request.messages[4:])
    items = json.loads(RESPONSES.write_request(replace(request, messages=messages)))["input"]
    assert items[5] == {"type": "function_call_output", "call_id": "c1", "output": "a dog"}
    assert [*items[:5], *items[6:]] == [*RICH["input"][:5], *RICH["input"][6:]]


def test_a_system_message_among_the_items_does_not_become_the_instructions() -> None:
    body = {
        "model": "m",
        "input": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "hi"}],
    }
    request = RESPONSES.read_request(json.dumps(body).encode())
    assert request.system == "Be brief."
    assert json.loads(RESPONSES.write_request(request)) == body
    plain = {"model": "m", "input": [{"role": "system", "content": "Be brief."}]}
    assert json.loads(RESPONSES.write_request(RESPONSES.read_request(json.dumps(plain).encode()))) == plain


def test_a_conversation_of_the_agents_framework_is_read(wire: Any) -> None:
    """Two turns of a real agent: it calls a tool, is told the result, and answers."""
    from agents import Agent, OpenAIResponsesModel, RunConfig, Runner, function_tool

    @function_tool
    def find_customer(name: str) -> str:
        """Find a customer."""
        return f"found {name}"

    wished = replace(
        ANSWER, tool_calls=(ToolCall(id="call_1", name="find_customer", arguments='{"name":"Jo"}'),)
    )
    wire.replies = [
        RESPONSES.write_answer(wished, REQUEST),
        RESPONSES.write_answer(ModelAnswer(text="Jo is there."), REQUEST),
    ]

    async def run() -> str:
        async with async_sdk(wire) as client:
            model = OpenAIResponsesModel(model="gpt-5", openai_client=client)
            agent = Agent(name="desk", instructions="Be kind.", model=model, tools=[find_customer])
            result = await Runner.run(agent, "Is Jo there?", run_config=RunConfig(tracing_disabled=True))
            return str(result.final_output)

    assert asyncio.run(run()) == "Jo is there."
    request = RESPONSES.read_request(wire.body)
    assert [m.role for m in request.messages] == ["system", "user", "assistant", "tool"]
    assert request.messages[2].tool_calls == wished.tool_calls
    assert request.messages[3].results == (ToolResult(call_id="call_1", content="found Jo"),)
    assert [tool.name for tool in request.tools] == ["find_customer"]
    assert json.loads(RESPONSES.write_request(request))["input"] == json.loads(wire.body)["input"]


# -- streams of other servers --------------------------------------------------------------------


def test_arguments_and_text_that_come_only_at_the_end_are_read() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": ""}
    events = RESPONSES.reader().feed(
        streamed(
            {"type": "response.output_item.added", "output_index": 1, "item": call},
            {"type": "response.function_call_arguments.done", "output_index": 1, "arguments": "{}"},
            {"type": "response.function_call_arguments.done", "output_index": 1, "arguments": "{}"},
        )
    )
    assert events[:2] == [ToolCallBegun(1, "c", "f"), ToolArguments(1, "{}")]
    reader = RESPONSES.reader()
    done = {"type": "response.output_text.done", "output_index": 0, "text": "whole"}
    reader.feed(streamed(done, done))
    assert reader.answer().text == "whole"


def test_a_failed_response_ends_a_stream() -> None:
    failed = {"id": "r", "status": "failed", "output": [], "error": {"code": "server_error", "message": "no"}}
    reader = RESPONSES.reader()
    events = reader.feed(streamed({"type": "response.failed", "response": failed}))
    error = ModelError(type="server_error", message="no", code="server_error")
    assert events == [Failed(error), Ended()]
    assert reader.answer().error == error


def as_reply(body: dict[str, Any]) -> HttpReply:
    return HttpReply(status=200, chunks=(Chunk(json.dumps(body).encode()),))


def streamed(*events: dict[str, Any]) -> bytes:
    return b"".join(b"event: %b\ndata: %b\n\n" % (e["type"].encode(), json.dumps(e).encode()) for e in events)
