"""OpenAI's chat completions, proved with the provider's own SDK."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentprobe.dialects import dialect_named
from agentprobe.domain.model import (
    Begun,
    Ended,
    Finish,
    Finished,
    Message,
    ModelAnswer,
    ModelError,
    ModelRequest,
    ModelSettings,
    TextDelta,
    ToolArguments,
    ToolCall,
    ToolCallBegun,
    ToolResult,
    ToolSpec,
    Usage,
    UsageSeen,
)
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.errors import CutOff, Malformed, RateLimited, Refused, ServerError, TimedOut, WorldFailure

CHAT = dialect_named("openai_chat")
ASKED: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
REQUEST = ModelRequest(model="gpt-4o", messages=(Message(role="user", text="hi"),))
STREAMED = replace(REQUEST, stream=True, stream_usage=True)
USAGE = Usage(input_tokens=12, output_tokens=7, cached_tokens=3, reasoning_tokens=2)
ANSWER = ModelAnswer(
    text="Let me look that up.",
    tool_calls=(
        ToolCall(id="call_1", name="find_customer", arguments='{"name": "Zoë Ångström"}'),
        ToolCall(id="call_2", name="find_order", arguments='{"id": 7, "open": true}'),
    ),
    usage=USAGE,
)


def sdk(wire: Any, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(api_key="k", base_url="http://x/v1", http_client=wire.client, **options)


def async_sdk(wire: Any, **options: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="k", base_url="http://x/v1", http_client=wire.async_client, **options)


def asked_twice(wire: Any) -> list[ChatCompletion]:
    """What the synchronous and the asynchronous SDK make of the reply."""

    async def ask() -> ChatCompletion:
        async with async_sdk(wire) as client:
            completion: ChatCompletion = await client.chat.completions.create(**ASKED)
            return completion

    with sdk(wire) as client:
        return [client.chat.completions.create(**ASKED), asyncio.run(ask())]


def streamed_twice(wire: Any) -> list[list[ChatCompletionChunk]]:
    async def ask() -> list[ChatCompletionChunk]:
        async with async_sdk(wire) as client:
            return [chunk async for chunk in await client.chat.completions.create(**ASKED, stream=True)]

    with sdk(wire) as client:
        return [list(client.chat.completions.create(**ASKED, stream=True)), asyncio.run(ask())]


# -- answers -------------------------------------------------------------------------------------


def test_the_sdk_reads_a_written_answer(wire: Any) -> None:
    wire.replies = [CHAT.write_answer(ANSWER, REQUEST)]
    for completion in asked_twice(wire):
        choice = completion.choices[0]
        assert choice.message.content == ANSWER.text
        assert calls_in(choice.message.tool_calls or []) == ANSWER.tool_calls
        assert choice.finish_reason == "tool_calls"
        assert completion.model == "gpt-4o"
        assert completion.id.startswith("chatcmpl-")
        assert completion.system_fingerprint
        assert completion._request_id
        assert completion.usage is not None
        assert (completion.usage.prompt_tokens, completion.usage.total_tokens) == (12, 19)
        assert CHAT.read_answer(as_reply(completion.to_json())).text == ANSWER.text


def test_the_sdk_puts_a_written_stream_together(wire: Any) -> None:
    wire.replies = [CHAT.write_answer(ANSWER, STREAMED)]
    with sdk(wire) as client, client.chat.completions.stream(**ASKED) as stream:
        completion = stream.get_final_completion()
    message = completion.choices[0].message
    assert message.content == ANSWER.text
    assert calls_in(message.tool_calls or []) == ANSWER.tool_calls
    assert completion.choices[0].finish_reason == "tool_calls"
    assert completion.usage is not None
    assert completion.usage.completion_tokens == 7


def test_sync_and_async_sdk_see_the_same_chunks(wire: Any) -> None:
    wire.replies = [CHAT.write_answer(ANSWER, STREAMED)]
    chunks, same = streamed_twice(wire)
    assert chunks == same
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == ANSWER.text
    fragments = [call for c in chunks if c.choices for call in c.choices[0].delta.tool_calls or ()]
    assert len([f for f in fragments if f.index == 0]) > 2, "arguments come in several fragments"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None


def test_usage_ends_a_stream_only_where_it_was_asked_for(wire: Any) -> None:
    wire.replies = [CHAT.write_answer(ANSWER, replace(STREAMED, stream_usage=False))]
    for chunks in streamed_twice(wire):
        assert all(chunk.usage is None and chunk.choices for chunk in chunks)


def test_a_refusal_reaches_the_sdk_and_comes_back(wire: Any) -> None:
    answer = ModelAnswer(id="r", model="gpt-4o", refusal="I will not do that.")
    wire.replies = [CHAT.write_answer(answer, REQUEST)]
    message = asked_twice(wire)[0].choices[0].message
    assert (message.content, message.refusal) == (None, "I will not do that.")
    for request in (REQUEST, STREAMED):
        assert CHAT.read_answer(CHAT.write_answer(answer, request)).refusal == "I will not do that."


def test_a_stream_cut_before_its_end_passes_the_sdk_as_success_and_is_seen_by_us(wire: Any) -> None:
    cut = CHAT.write_answer(replace(ANSWER, complete=False), STREAMED)
    wire.replies = [cut]
    for chunks in streamed_twice(wire):
        assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] is None
    seen = CHAT.read_answer(cut)
    assert (seen.complete, seen.finish, seen.text) == (False, None, ANSWER.text)


def test_an_error_inside_a_stream_is_the_sdks_own(wire: Any) -> None:
    error = ModelError(type="server_error", message="The server had an error")
    wire.replies = [CHAT.write_answer(ModelAnswer(text="half", error=error), STREAMED)]
    with pytest.raises(openai.APIError, match="The server had an error"):
        streamed_twice(wire)


def test_a_policy_need_not_say_why_the_model_stopped() -> None:
    assert CHAT.read_answer(CHAT.write_answer(ModelAnswer(text="x"), REQUEST)).finish is Finish.STOP
    assert CHAT.read_answer(CHAT.write_answer(ANSWER, STREAMED)).finish is Finish.TOOL_CALLS


# -- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "raised", "kind", "code"),
    [
        (RateLimited(1.0), openai.RateLimitError, "requests", "rate_limit_exceeded"),
        (RateLimited(), openai.RateLimitError, "requests", "rate_limit_exceeded"),
        (ServerError(500), openai.InternalServerError, "server_error", None),
        (
            ServerError(503),
            openai.InternalServerError,
            "service_unavailable_error",
            "server_is_overloaded",
        ),
        (
            Refused("bad key", 401),
            openai.AuthenticationError,
            "invalid_request_error",
            "invalid_api_key",
        ),
        (
            Refused("no", 403),
            openai.PermissionDeniedError,
            "invalid_request_error",
            "permission_denied",
        ),
        (Refused("gone", 404), openai.NotFoundError, "invalid_request_error", "model_not_found"),
        (Refused("what?", 400), openai.BadRequestError, "invalid_request_error", None),
        (
            Refused("This model's maximum context length is 8 tokens.", 400),
            openai.BadRequestError,
            "invalid_request_error",
            "context_length_exceeded",
        ),
        (Refused("spent", 429), openai.RateLimitError, "insufficient_quota", "credit_balance_exhausted"),
    ],
)
def test_a_failure_is_the_sdks_own_exception(
    wire: Any, failure: WorldFailure, raised: type[openai.APIStatusError], kind: str, code: str | None
) -> None:
    reply = written(failure)
    wire.replies = [reply]
    with sdk(wire, max_retries=0) as client, pytest.raises(raised) as caught:
        client.chat.completions.create(**ASKED)
    assert (caught.value.type, caught.value.code) == (kind, code)
    assert caught.value.request_id
    seen = CHAT.read_answer(reply)
    assert seen.error is not None
    assert (seen.error.type, seen.error.code) == (kind, code)


def test_the_sdk_waits_as_long_as_a_rate_limit_says_and_asks_again(wire: Any) -> None:
    """A wait of 1 ms: without it the SDK would wait for half a second and more."""
    wire.replies = [written(RateLimited(0.001)), CHAT.write_answer(ANSWER, REQUEST)]
    with sdk(wire) as client:
        completion = client.chat.completions.create(**ASKED)
    assert completion.choices[0].message.content == ANSWER.text
    assert [r.headers["x-stainless-retry-count"] for r in wire.requests] == ["0", "1"]


def test_a_header_given_with_a_failure_steers_the_sdk(wire: Any) -> None:
    wire.replies = [written(ServerError(500), (("x-should-retry", "false"),))]
    with sdk(wire) as client, pytest.raises(openai.InternalServerError):
        client.chat.completions.create(**ASKED)
    assert len(wire.requests) == 1


def test_a_rate_limit_carries_the_providers_headers() -> None:
    reply = written(RateLimited(1.5))
    assert reply.status == 429
    said = {name: reply.header(name) for name in ("retry-after", "retry-after-ms", "content-type")}
    assert said == {"retry-after": "2", "retry-after-ms": "1500", "content-type": "application/json"}
    for what in ("limit", "remaining", "reset"):
        assert reply.header(f"x-ratelimit-{what}-requests") is not None
        assert reply.header(f"x-ratelimit-{what}-tokens") is not None


def test_a_malformed_answer_is_a_success_that_nobody_can_read(wire: Any) -> None:
    reply = written(Malformed("x"))
    assert reply.status == 200
    seen = CHAT.read_answer(reply)
    assert not seen.complete
    assert seen.error is not None
    assert seen.error.type == "unreadable"
    wire.replies = [reply]
    with sdk(wire, max_retries=0) as client, pytest.raises(ValueError):
        client.chat.completions.create(**ASKED)


def test_what_sends_no_bytes_has_no_reply() -> None:
    assert CHAT.write_failure(TimedOut(1)) is None
    assert CHAT.write_failure(CutOff()) is None


# -- requests ------------------------------------------------------------------------------------


def test_what_the_sdk_sends_is_read_in_neutral_words(wire: Any) -> None:
    wire.replies = [CHAT.write_answer(ANSWER, REQUEST)]
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"name":"Jo"}'}}
    asked: dict[str, Any] = {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Find Jo", "name": "ann"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "[]"},
        ],
        "tools": [
            {
                "type": "function",
                "function": {"name": "find", "description": "Find one", "parameters": schema},
            }
        ],
        "temperature": 0,
        "max_tokens": 99,
        "stop": "END",
        "seed": 3,
        "tool_choice": {"type": "function", "function": {"name": "find"}},
        "parallel_tool_calls": False,
        "response_format": {"type": "json_object"},
    }
    with sdk(wire) as client:
        client.chat.completions.create(**asked)
    assert CHAT.read_request(wire.body) == ModelRequest(
        model="gpt-4o",
        messages=(
            Message(role="system", text="Be kind."),
            Message(role="user", text="Find Jo", name="ann"),
            Message(
                role="assistant", tool_calls=(ToolCall(id="c1", name="find", arguments='{"name":"Jo"}'),)
            ),
            Message(role="tool", results=(ToolResult(call_id="c1", content="[]"),)),
        ),
        tools=(ToolSpec(name="find", description="Find one", schema=schema),),
        settings=ModelSettings(
            temperature=0,
            max_tokens=99,
            stop=("END",),
            seed=3,
            tool_choice={"name": "find"},
            parallel_tool_calls=False,
        ),
        extra={"response_format": {"type": "json_object"}},
    )


RICH: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {"role": "developer", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is "},
                {"type": "text", "text": "this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ],
        },
        {"role": "assistant", "content": "A cat.", "refusal": None, "audio": None},
        {"role": "user", "content": "Are you sure?"},
    ],
    "tools": [
        {"type": "function", "function": {"name": "look", "parameters": {}, "strict": True}},
        {"type": "function", "function": {"name": "ask", "parameters": {"type": "object"}}},
        {"type": "custom", "custom": {"name": "shell", "description": "Runs text"}},
    ],
    "max_completion_tokens": 50,
    "stream": True,
    "stream_options": {"include_usage": True, "include_obfuscation": False},
    "logprobs": True,
    "metadata": {"a": "b"},
}


def test_what_has_no_neutral_word_comes_back_as_it_came() -> None:
    request = CHAT.read_request(json.dumps(RICH).encode())
    assert [m.role for m in request.messages] == ["system", "user", "assistant", "user"]
    assert request.messages[1].text == "What is this?"
    assert [tool.name for tool in request.tools] == ["look", "ask", "shell"]
    assert (request.settings.max_tokens, request.stream, request.stream_usage) == (50, True, True)
    assert json.loads(CHAT.write_request(request)) == RICH


def test_a_changed_entry_is_written_anew_and_its_neighbours_stay_as_they_came() -> None:
    request = CHAT.read_request(json.dumps(RICH).encode())
    inserted = Message(role="system", text="New.")
    changed = replace(request.messages[2], text="A dog.")
    messages = (inserted, *request.messages[:2], changed, request.messages[3])
    written_body = json.loads(CHAT.write_request(replace(request, messages=messages)))
    assert written_body["messages"] == [
        {"role": "system", "content": "New."},
        RICH["messages"][0],
        RICH["messages"][1],
        {"role": "assistant", "content": "A dog."},
        RICH["messages"][3],
    ]


def test_settings_that_a_room_changes_are_what_is_written() -> None:
    request = CHAT.read_request(json.dumps(RICH).encode())
    smaller = replace(request, settings=replace(request.settings, max_tokens=5))
    body = json.loads(CHAT.write_request(smaller))
    assert body["max_completion_tokens"] == 5
    assert "max_tokens" not in body


# -- streams of other servers --------------------------------------------------------------------


def test_interleaved_fragments_of_parallel_calls_are_told_apart() -> None:
    chunks = [
        {"id": "x", "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": None}}]},
        calls_chunk({"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}),
        calls_chunk({"index": 1, "id": "b", "function": {"name": "g", "arguments": '{"q"'}}),
        calls_chunk({"index": 0, "function": {"arguments": '{"p":'}}),
        calls_chunk(
            {"index": 1, "function": {"arguments": ":2}"}}, {"index": 0, "function": {"arguments": "1}"}}
        ),
        {"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        {"id": "x", "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
    ]
    reader = CHAT.reader()
    events = reader.feed(streamed(chunks))
    assert events == [
        Begun("x", "m"),
        ToolCallBegun(0, "a", "f"),
        ToolCallBegun(1, "b", "g"),
        ToolArguments(1, '{"q"'),
        ToolArguments(0, '{"p":'),
        ToolArguments(1, ":2}"),
        ToolArguments(0, "1}"),
        Finished(Finish.TOOL_CALLS, "tool_calls"),
        UsageSeen(Usage(input_tokens=1, output_tokens=2)),
        Ended(),
    ]
    assert reader.answer().tool_calls == (
        ToolCall(id="a", name="f", arguments='{"p":1}'),
        ToolCall(id="b", name="g", arguments='{"q":2}'),
    )


def test_calls_that_a_server_does_not_number_begin_with_each_id() -> None:
    chunks = [
        calls_chunk({"id": "a", "function": {"name": "f", "arguments": "{}"}}),
        calls_chunk({"id": "b", "function": {"name": "f", "arguments": "{"}}),
        calls_chunk({"function": {"arguments": "}"}}),
    ]
    answer = CHAT.read_answer(as_reply(streamed(chunks).decode()))
    assert [(call.id, call.arguments) for call in answer.tool_calls] == [("a", "{}"), ("b", "{}")]


def test_the_reasoning_of_open_models_is_read_under_either_name() -> None:
    chunks = [
        {"choices": [{"index": 0, "delta": {"reasoning_content": "so "}}]},
        {"choices": [{"index": 0, "delta": {"reasoning": "be it"}}]},
    ]
    assert CHAT.read_answer(as_reply(streamed(chunks).decode())).reasoning == "so be it"


def test_a_content_filter_stops_an_answer() -> None:
    chunks = [{"choices": [{"index": 0, "delta": {"content": "He"}, "finish_reason": "content_filter"}]}]
    reader = CHAT.reader()
    assert reader.feed(streamed(chunks))[:2] == [
        TextDelta("He"),
        Finished(Finish.CONTENT_FILTER, "content_filter"),
    ]


def test_a_terminator_that_lacks_only_its_empty_line_counts() -> None:
    reader = CHAT.reader()
    reader.feed(b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\ndata: [DONE]')
    assert reader.answer().complete


@pytest.mark.parametrize(
    "body", [b"{}", b"<html>Sign in</html>", b'{"choices": []}', b'{"choices": null}', b"[]", b'"text"', b""]
)
def test_a_success_without_an_answer_is_said_to_be_unreadable(body: bytes) -> None:
    seen = CHAT.read_answer(HttpReply(status=200, chunks=(Chunk(body),)))
    assert not seen.complete
    assert seen.error is not None
    assert seen.error.type == "unreadable"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": "model is loading"}, "model is loading"),
        ({"detail": "not here"}, "not here"),
        ({"error": {"message": "m", "code": 42}}, "m"),
    ],
)
def test_the_envelopes_of_other_servers_are_read(body: dict[str, Any], message: str) -> None:
    reply = HttpReply(status=400, chunks=(Chunk(json.dumps(body).encode()),))
    seen = CHAT.read_answer(reply)
    assert seen.error is not None
    assert seen.error.message == message


def written(failure: WorldFailure, headers: Headers = ()) -> HttpReply:
    reply = CHAT.write_failure(failure, headers)
    assert reply is not None
    return reply


def as_reply(body: str) -> HttpReply:
    return HttpReply(status=200, chunks=(Chunk(body.encode()),))


def streamed(chunks: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks) + b"data: [DONE]\n\n"


def calls_chunk(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"tool_calls": calls}}]}


def calls_in(calls: Iterable[Any]) -> tuple[ToolCall, ...]:
    return tuple(
        ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments) for call in calls
    )
