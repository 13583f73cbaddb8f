"""Anthropic's messages, proved with the provider's own SDK."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import anthropic
import pytest
from anthropic.types import Message as SdkMessage

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
    Other,
    TextDelta,
    ToolArguments,
    ToolCall,
    ToolCallBegun,
    ToolResult,
    ToolSpec,
    Usage,
    UsageSeen,
)
from agentprobe.domain.wire import Headers, HttpReply
from agentprobe.errors import CutOff, Malformed, RateLimited, Refused, ServerError, TimedOut, WorldFailure

MESSAGES = dialect_named("anthropic_messages")
ASKED: dict[str, Any] = {
    "model": "claude-x",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hi"}],
}
REQUEST = ModelRequest(model="claude-x", messages=(Message(role="user", text="hi"),))
STREAMED = replace(REQUEST, stream=True)
ANSWER = ModelAnswer(
    text="Let me look that up.",
    reasoning="The user wants a customer.",
    tool_calls=(
        ToolCall(id="toolu_1", name="find_customer", arguments='{"name": "Zoë Ångström"}'),
        ToolCall(id="toolu_2", name="count", arguments="{}"),
    ),
    usage=Usage(input_tokens=12, output_tokens=7, cached_tokens=3, reasoning_tokens=2),
)


def sdk(wire: Any, **options: Any) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key="k", base_url="http://x", http_client=wire.client, **options)


def async_sdk(wire: Any, **options: Any) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(
        api_key="k", base_url="http://x", http_client=wire.async_client, **options
    )


def asked_twice(wire: Any) -> list[SdkMessage]:
    """What the synchronous and the asynchronous SDK make of the reply."""

    async def ask() -> SdkMessage:
        async with async_sdk(wire) as client:
            message: SdkMessage = await client.messages.create(**ASKED)
            return message

    with sdk(wire) as client:
        return [client.messages.create(**ASKED), asyncio.run(ask())]


def streamed_twice(wire: Any) -> list[SdkMessage]:
    """What the SDKs put together from a stream."""

    async def ask() -> SdkMessage:
        async with async_sdk(wire) as client, client.messages.stream(**ASKED) as stream:
            return await stream.get_final_message()

    with sdk(wire) as client, client.messages.stream(**ASKED) as stream:
        return [stream.get_final_message(), asyncio.run(ask())]


# -- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_", [REQUEST, STREAMED], ids=["whole", "streamed"])
def test_the_sdk_reads_a_written_answer(wire: Any, request_: ModelRequest) -> None:
    wire.replies = [MESSAGES.write_answer(ANSWER, request_)]
    for message in streamed_twice(wire) if request_.stream else asked_twice(wire):
        thinking, text, first, second = message.content
        assert thinking.type == "thinking"
        assert (thinking.thinking, bool(thinking.signature)) == (ANSWER.reasoning, True)
        assert text.type == "text"
        assert text.text == ANSWER.text
        assert first.type == second.type == "tool_use"
        assert (first.id, first.name, first.input) == ("toolu_1", "find_customer", {"name": "Zoë Ångström"})
        assert (second.id, second.name, second.input) == ("toolu_2", "count", {})
        assert (message.stop_reason, message.model, message.role) == ("tool_use", "claude-x", "assistant")
        assert message.id.startswith("msg_")
        usage = message.usage
        assert (usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens) == (12, 7, 3)


def test_the_request_id_stands_where_the_sdk_looks_for_it(wire: Any) -> None:
    wire.replies = [MESSAGES.write_answer(ANSWER, REQUEST)]
    message = asked_twice(wire)[0]
    assert message._request_id is not None
    assert message._request_id.startswith("req_")


def test_a_refusal_is_a_stop_reason_with_an_explanation(wire: Any) -> None:
    answer = ModelAnswer(finish=Finish.REFUSAL, refusal="Not this.")
    for request in (REQUEST, STREAMED):
        reply = MESSAGES.write_answer(answer, request)
        seen = MESSAGES.read_answer(reply)
        assert (seen.finish, seen.refusal) == (Finish.REFUSAL, "Not this.")
    wire.replies = [MESSAGES.write_answer(answer, REQUEST)]
    for message in asked_twice(wire):
        assert message.stop_reason == "refusal"
        assert message.stop_details is not None
        assert message.stop_details.explanation == "Not this."


def test_a_stream_cut_before_its_end_passes_the_sdk_as_success_and_is_seen_by_us(wire: Any) -> None:
    cut = MESSAGES.write_answer(replace(ANSWER, complete=False), STREAMED)
    wire.replies = [cut]
    for message in streamed_twice(wire):
        assert message.stop_reason is None
    seen = MESSAGES.read_answer(cut)
    assert (seen.complete, seen.finish, seen.text) == (False, None, ANSWER.text)


def test_arguments_cut_in_a_stream_are_read_to_the_letter_while_the_sdk_completes_them(wire: Any) -> None:
    call = ToolCall(id="t", name="refund", arguments='{"order_id": "A-1", "amou')
    reply = MESSAGES.write_answer(ModelAnswer(tool_calls=(call,), complete=False), STREAMED)
    assert MESSAGES.read_answer(reply).tool_calls == (call,)
    wire.replies = [reply]
    block = streamed_twice(wire)[0].content[0]
    assert block.type == "tool_use"
    assert block.input == {"order_id": "A-1"}


def test_an_error_inside_a_stream_is_the_sdks_own(wire: Any) -> None:
    error = ModelError(type="overloaded_error", message="Overloaded")
    wire.replies = [MESSAGES.write_answer(ModelAnswer(text="half", error=error), STREAMED)]
    with pytest.raises(anthropic.APIStatusError) as caught:
        streamed_twice(wire)
    assert caught.value.type == "overloaded_error"


# -- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "raised", "kind"),
    [
        (RateLimited(1.0), anthropic.RateLimitError, "rate_limit_error"),
        (ServerError(529, "Overloaded"), anthropic._exceptions.OverloadedError, "overloaded_error"),
        (ServerError(500), anthropic.InternalServerError, "api_error"),
        (ServerError(503), anthropic._exceptions.ServiceUnavailableError, "api_error"),
        (ServerError(504), anthropic.InternalServerError, "timeout_error"),
        (Refused("no key", 401), anthropic.AuthenticationError, "authentication_error"),
        (Refused("pay", 402), anthropic.APIStatusError, "billing_error"),
        (Refused("no", 403), anthropic.PermissionDeniedError, "permission_error"),
        (Refused("gone", 404), anthropic.NotFoundError, "not_found_error"),
        (Refused("long", 413), anthropic.APIStatusError, "request_too_large"),
        (
            Refused("prompt is too long: 9 tokens > 8 maximum", 400),
            anthropic.BadRequestError,
            "invalid_request_error",
        ),
    ],
)
def test_a_failure_is_the_sdks_own_exception(
    wire: Any, failure: WorldFailure, raised: type[anthropic.APIStatusError], kind: str
) -> None:
    reply = written(failure)
    wire.replies = [reply]
    with sdk(wire, max_retries=0) as client, pytest.raises(raised) as caught:
        client.messages.create(**ASKED)
    assert (caught.value.type, caught.value.status_code) == (kind, reply.status)
    assert caught.value.request_id == json.loads(reply.body)["request_id"]
    seen = MESSAGES.read_answer(reply)
    assert seen.error is not None
    assert seen.error.type == kind


def test_a_limit_of_money_is_a_rate_limit_with_a_code(wire: Any) -> None:
    wire.replies = [written(Refused("spent", 429))]
    with sdk(wire, max_retries=0) as client, pytest.raises(anthropic.RateLimitError) as caught:
        client.messages.create(**ASKED)
    assert caught.value.error_code == "enforced_spend_limit_reached"


def test_a_rate_limit_carries_the_providers_headers() -> None:
    reply = written(RateLimited(1.5), (("Retry-After-Ms", "5"),))
    assert reply.status == 429
    assert (reply.header("retry-after"), reply.header("retry-after-ms")) == ("2", "5")
    for what in ("limit", "remaining", "reset"):
        assert reply.header(f"anthropic-ratelimit-requests-{what}") is not None
        assert reply.header(f"anthropic-ratelimit-tokens-{what}") is not None
    assert written(RateLimited()).header("retry-after") is None


def test_the_sdk_asks_again_after_an_overload(wire: Any) -> None:
    again = (("retry-after-ms", "1"),)
    wire.replies = [written(ServerError(529), again), MESSAGES.write_answer(ANSWER, REQUEST)]
    with sdk(wire) as client:
        message = client.messages.create(**ASKED)
    assert message.stop_reason == "tool_use"
    assert [r.headers["x-stainless-retry-count"] for r in wire.requests] == ["0", "1"]


def test_a_malformed_answer_is_a_success_that_nobody_can_read(wire: Any) -> None:
    reply = written(Malformed("x"))
    assert reply.status == 200
    assert not MESSAGES.read_answer(reply).complete
    wire.replies = [reply]
    with sdk(wire, max_retries=0) as client, pytest.raises(ValueError):
        client.messages.create(**ASKED)


def test_what_sends_no_bytes_has_no_reply() -> None:
    assert MESSAGES.write_failure(TimedOut(1)) is None
    assert MESSAGES.write_failure(CutOff()) is None


# -- requests ------------------------------------------------------------------------------------


def test_what_the_sdk_sends_is_read_in_neutral_words(wire: Any) -> None:
    wire.replies = [MESSAGES.write_answer(ANSWER, REQUEST)]
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    asked: dict[str, Any] = {
        "model": "claude-x",
        "max_tokens": 99,
        "system": "Be kind.",
        "messages": [
            {"role": "user", "content": "Find Jo and Al"},
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "Right."},
                    {"type": "tool_use", "id": "t1", "name": "find", "input": {"name": "Jo"}},
                    {"type": "tool_use", "id": "t2", "name": "find", "input": {"name": "Al"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t1", "content": "[]"},
                    {
                        "type": "tool_result",
                        "tool_use_id": "t2",
                        "content": [{"type": "text", "text": "no such table"}],
                        "is_error": True,
                    },
                ],
            },
        ],
        "tools": [{"name": "find", "description": "Find one", "input_schema": schema}],
        "extra_body": {"temperature": 0.5},
        "stop_sequences": ["END"],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
        "metadata": {"user_id": "u"},
    }
    with sdk(wire) as client:
        client.messages.create(**asked)
    find = ToolCall(id="t1", name="find", arguments='{"name":"Jo"}')
    assert MESSAGES.read_request(wire.body) == ModelRequest(
        model="claude-x",
        messages=(
            Message(role="system", text="Be kind."),
            Message(role="user", text="Find Jo and Al"),
            Message(
                role="assistant",
                text="Right.",
                tool_calls=(find, replace(find, id="t2", arguments='{"name":"Al"}')),
            ),
            Message(
                role="tool",
                results=(
                    ToolResult(call_id="t1", content="[]"),
                    ToolResult(call_id="t2", content="no such table", is_error=True),
                ),
            ),
        ),
        tools=(ToolSpec(name="find", description="Find one", schema=schema),),
        settings=ModelSettings(
            temperature=0.5,
            max_tokens=99,
            stop=("END",),
            tool_choice="required",
            parallel_tool_calls=False,
        ),
        extra={"metadata": {"user_id": "u"}},
    )


CACHED = {"cache_control": {"type": "ephemeral"}}
RICH: dict[str, Any] = {
    "model": "claude-x",
    "max_tokens": 99,
    "system": [{"type": "text", "text": "One."}, {"type": "text", "text": "Two.", **CACHED}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}},
                {"type": "text", "text": "What is this?"},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "s"},
                {"type": "text", "text": "Let me see."},
                {"type": "tool_use", "id": "t", "name": "look", "input": {}},
                {"type": "text", "text": "Done."},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t", "content": "a cat"},
                {"type": "text", "text": "And now?", **CACHED},
            ],
        },
        {"role": "system", "content": "Answer at once."},
    ],
    "tools": [
        {"name": "look", "input_schema": {"type": "object"}, **CACHED},
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 5},
        {"name": "ask", "input_schema": {"type": "object"}},
    ],
    "stream": True,
    "thinking": {"type": "enabled", "budget_tokens": 1024},
    "top_k": 5,
}


def test_what_has_no_neutral_word_comes_back_as_it_came() -> None:
    request = MESSAGES.read_request(json.dumps(RICH).encode())
    assert request.system == "One.\n\nTwo.\n\nAnswer at once."
    assert [m.role for m in request.messages] == ["system", "system", "user", "assistant", "user", "system"]
    assert request.messages[3].text == "Let me see.Done."
    assert request.messages[4].results == (ToolResult(call_id="t", content="a cat"),)
    assert [tool.name for tool in request.tools] == ["look", "web_search", "ask"]
    assert request.extra["top_k"] == 5
    assert json.loads(MESSAGES.write_request(request)) == RICH


def test_a_changed_tool_result_is_written_anew_and_its_neighbours_stay_as_they_came() -> None:
    request = MESSAGES.read_request(json.dumps(RICH).encode())
    told = request.messages[4]
    changed = replace(told, results=(replace(told.results[0], content="a dog"),))
    messages = (*request.messages[:4], changed, *request.messages[5:])
    body = json.loads(MESSAGES.write_request(replace(request, messages=messages)))
    assert body["messages"][2]["content"] == [
        {"type": "tool_result", "tool_use_id": "t", "content": "a dog"},
        {"type": "text", "text": "And now?"},
    ]
    untouched = [body["messages"][at] for at in (0, 1, 3)]
    assert untouched == [RICH["messages"][at] for at in (0, 1, 3)]


def test_of_two_equal_texts_the_one_with_the_cache_mark_keeps_it() -> None:
    marked = {"role": "user", "content": [{"type": "text", "text": "again", **CACHED}]}
    plain = {"role": "user", "content": "again"}
    body = {"model": "m", "max_tokens": 1, "messages": [plain, marked, plain]}
    request = MESSAGES.read_request(json.dumps(body).encode())
    assert json.loads(MESSAGES.write_request(request)) == body


def test_unfinished_arguments_in_a_history_survive_as_text() -> None:
    cut = Message(role="assistant", tool_calls=(ToolCall(id="t", name="f", arguments='{"a": '),))
    request = ModelRequest(model="m", messages=(cut,))
    assert MESSAGES.read_request(MESSAGES.write_request(request)).messages == (cut,)


# -- streams -------------------------------------------------------------------------------------


def test_every_event_of_a_stream_has_a_word() -> None:
    events = MESSAGES.reader().feed(
        streamed(
            {
                "type": "message_start",
                "message": {"id": "m1", "model": "c", "usage": {"input_tokens": 9, "output_tokens": 1}},
            },
            {"type": "ping"},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta"}},
            {"type": "content_block_stop", "index": 0},
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {"type": "tool_use", "id": "t", "name": "now", "input": {}},
            },
            {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta"}},
            {"type": "content_block_stop", "index": 1},
            {"type": "brand_new_event"},
            {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 20}},
            {"type": "message_stop"},
        )
    )
    assert events == [
        Begun("m1", "c"),
        UsageSeen(Usage(input_tokens=9, output_tokens=1)),
        Other("ping"),
        TextDelta("Hi"),
        Other("citations_delta"),
        ToolCallBegun(1, "t", "now"),
        ToolArguments(1, "{}"),
        Other("brand_new_event"),
        Finished(Finish.TOOL_CALLS, "tool_use"),
        UsageSeen(Usage(output_tokens=20)),
        Ended(),
    ]


def test_later_figures_of_usage_replace_earlier_ones_and_the_others_stand() -> None:
    first = {"input_tokens": 9, "cache_read_input_tokens": 4, "output_tokens": 1}
    reader = MESSAGES.reader()
    reader.feed(streamed({"type": "message_start", "message": {"id": "m", "usage": first}}))
    reader.feed(streamed({"type": "message_delta", "delta": {}, "usage": {"output_tokens": 20}}))
    assert reader.answer().usage == Usage(input_tokens=9, output_tokens=20, cached_tokens=4)


def test_arguments_that_come_whole_at_the_beginning_are_read() -> None:
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}
    reader = MESSAGES.reader()
    reader.feed(streamed({"type": "content_block_start", "index": 0, "content_block": block}))
    assert [json.loads(call.arguments) for call in reader.answer().tool_calls] == [{"a": 1}]


@pytest.mark.parametrize(
    ("word", "finish"),
    [
        ("pause_turn", Finish.PAUSE),
        ("model_context_window_exceeded", Finish.CONTEXT),
        ("stop_sequence", Finish.STOP),
        ("something_new", Finish.OTHER),
    ],
)
def test_a_stop_reason_is_read_and_written_in_the_providers_word(word: str, finish: Finish) -> None:
    answer = ModelAnswer(text="x", finish=finish, finish_raw=word)
    for request in (REQUEST, STREAMED):
        seen = MESSAGES.read_answer(MESSAGES.write_answer(answer, request))
        assert (seen.finish, seen.finish_raw) == (finish, word)


def written(failure: WorldFailure, headers: Headers = ()) -> HttpReply:
    reply = MESSAGES.write_failure(failure, headers)
    assert reply is not None
    return reply


def streamed(*events: dict[str, Any]) -> bytes:
    return b"".join(b"event: %b\ndata: %b\n\n" % (e["type"].encode(), json.dumps(e).encode()) for e in events)
