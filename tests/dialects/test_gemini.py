"""Gemini's protocol as it is spoken: both forms of a stream, calls without ids, filters, counts, refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentprobe.dialects import Edits, dialect_for, dialect_named
from agentprobe.dialects.gemini._target import ARRAY, FORM
from agentprobe.domain.model import Finish, Message, ModelAnswer, ModelRequest, ToolCall, ToolResult, Usage
from agentprobe.domain.wire import Chunk, HttpReply, header
from agentprobe.errors import RateLimited, Refused, ServerError, TimedOut

GEMINI = dialect_named("gemini")
TARGET = "/v1beta/models/gemini-3-pro:generateContent"
EVENTS = (("content-type", "text/event-stream"),)
STREAM = ModelRequest(model="m", messages=(Message(role="user", text="hi"),), stream=True)


def body_of(*contents: Any, **more: Any) -> bytes:
    return json.dumps({"contents": list(contents), **more}).encode()


def whole(*parts: Any, **more: Any) -> HttpReply:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", **more}
    return HttpReply(status=200, chunks=(Chunk(json.dumps({"candidates": [candidate]}).encode()),))


def streamed(*bodies: Any) -> HttpReply:
    frames = (Chunk(b"data: " + json.dumps(body).encode() + b"\r\n\r\n") for body in bodies)
    return HttpReply(status=200, headers=EVENTS, chunks=tuple(frames))


def piece(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, **more}]}


def call(name: str, **more: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, **more}}


@pytest.mark.parametrize(
    ("target", "model", "stream", "form"),
    [
        (TARGET, "gemini-3-pro", False, None),
        ("/v1/models/m:streamGenerateContent?alt=sse&key=k", "m", True, None),
        ("/v1/models/m:streamGenerateContent", "m", True, ARRAY),
        ("/v1beta1/projects/p/locations/l/publishers/google/models/x:generateContent", "x", False, None),
    ],
)
def test_the_path_says_the_model_and_whether_to_stream(
    target: str, model: str, stream: bool, form: str | None
) -> None:
    request = GEMINI.read_request(body_of(), target)
    assert (request.model, request.stream, request.extra.get(FORM)) == (model, stream, form)
    assert GEMINI.outline(body_of(), target).stream is stream
    assert dialect_for("POST", target) is GEMINI


def test_a_stream_without_events_is_an_array_and_tells_the_same() -> None:
    answer = ModelAnswer(
        id="r",
        model="m",
        text='a "}" and a \\ in [text]',
        tool_calls=(ToolCall(id="c", name="f", arguments="{}"),),
    )
    request = GEMINI.read_request(body_of(), "/v1/models/m:streamGenerateContent")
    array, events = GEMINI.write_answer(answer, request), GEMINI.write_answer(answer, STREAM)
    assert isinstance(json.loads(array.body), list)
    assert GEMINI.streams(array)
    assert GEMINI.read_answer(array) == GEMINI.read_answer(events)
    assert GEMINI.frames(array) == [chunk.data for chunk in array.chunks]
    reader = GEMINI.reader()
    for at in range(len(array.body)):
        reader.feed(array.body[at : at + 1])
    assert reader.answer() == GEMINI.read_answer(events)
    thin = GEMINI.without(array, lambda wish: True)
    assert GEMINI.read_answer(thin).tool_calls == ()
    assert isinstance(json.loads(thin.body), list)


def test_a_call_without_an_id_has_one_that_the_next_request_has_too() -> None:
    parts = [call("look", args={"n": 1.5, "a": "é"}), call("look", args={"n": 1.5, "a": "é"}), call("go")]
    asked = GEMINI.read_answer(whole(*parts)).tool_calls
    assert len({wish.id for wish in asked}) == 3
    assert GEMINI.read_answer(streamed(*map(piece, parts))).tool_calls == asked
    told = [
        {"functionResponse": {"name": name, "response": {"output": name}}} for name in ("go", "look", "look")
    ]
    turns = [{"role": "model", "parts": [part]} for part in parts]
    body = body_of(*turns, {"role": "user", "parts": told})
    request = GEMINI.read_request(body, TARGET)
    assert request.messages[0].tool_calls == asked, "the pieces of a stream are one turn"
    results = request.messages[1].results
    assert [result.call_id for result in results] == [asked[2].id, asked[0].id, asked[1].id]
    edits = Edits(results={asked[1].id: ToolResult(call_id=asked[1].id, content="else")})
    changed = json.loads(GEMINI.edited(body, edits))["contents"][-1]["parts"]
    assert [part["functionResponse"]["response"]["output"] for part in changed] == ["go", "look", "else"]
    assert json.loads(GEMINI.write_request(request))["contents"] == json.loads(body)["contents"]


def test_a_call_that_is_streamed_argument_by_argument_is_put_together() -> None:
    reply = streamed(
        piece(call("book", willContinue=True)),
        piece(
            call(
                "",
                partialArgs=[{"jsonPath": "$.to.city", "stringValue": "New ", "willContinue": True}],
                willContinue=True,
            )
        ),
        piece(
            call(
                "",
                partialArgs=[
                    {"jsonPath": "$.to.city", "stringValue": "York"},
                    {"jsonPath": "$.days[1]", "numberValue": 3.0},
                ],
                willContinue=True,
            )
        ),
        piece({"functionCall": {}}),
        piece({"text": ""}, finishReason="STOP"),
    )
    (wish,) = GEMINI.read_answer(reply).tool_calls
    assert (wish.name, json.loads(wish.arguments)) == (
        "book",
        {"to": {"city": "New York"}, "days": [None, 3]},
    )
    assert GEMINI.read_answer(GEMINI.without(reply, lambda one: one.name == "book")).tool_calls == ()
    (said,) = GEMINI.said(reply).calls
    assert json.loads(said)["functionCall"]["args"]["to"] == {"city": "New York"}


def test_thoughts_are_reasoning_and_part_of_the_output() -> None:
    counts = {
        "promptTokenCount": 10,
        "candidatesTokenCount": 4,
        "thoughtsTokenCount": 6,
        "cachedContentTokenCount": 8,
        "toolUsePromptTokenCount": 1,
        "totalTokenCount": 21,
    }
    body = {
        **piece({"text": "hm", "thought": True}, {"text": "yes"}, finishReason="STOP"),
        "usageMetadata": counts,
    }
    for reply in (streamed(body), HttpReply(status=200, chunks=(Chunk(json.dumps(body).encode()),))):
        answer = GEMINI.read_answer(reply)
        assert (answer.reasoning, answer.text, answer.complete) == ("hm", "yes", True)
        assert answer.usage == Usage(input_tokens=11, output_tokens=10, cached_tokens=8, reasoning_tokens=6)


@pytest.mark.parametrize(
    ("word", "finish"),
    [
        ("MAX_TOKENS", Finish.LENGTH),
        ("SAFETY", Finish.CONTENT_FILTER),
        ("RECITATION", Finish.CONTENT_FILTER),
        ("MALFORMED_FUNCTION_CALL", Finish.OTHER),
        ("SOMETHING_NEW", Finish.OTHER),
    ],
)
def test_why_it_stopped(word: str, finish: Finish) -> None:
    answer = GEMINI.read_answer(streamed(piece(finishReason=word)))
    assert (answer.finish, answer.finish_raw, answer.complete) == (finish, word, True)


def test_a_prompt_that_is_blocked_is_a_filter_and_a_whole_answer() -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    for reply in (streamed(blocked), HttpReply(status=200, chunks=(Chunk(json.dumps(blocked).encode()),))):
        answer = GEMINI.read_answer(reply)
        assert (answer.finish, answer.finish_raw) == (Finish.CONTENT_FILTER, "PROHIBITED_CONTENT")
        assert answer.complete
        assert answer.error is None


def test_a_stream_that_never_says_why_it_ended_is_cut() -> None:
    assert not GEMINI.read_answer(streamed(piece({"text": "half"}))).complete


def test_figures_behind_the_reason_still_count() -> None:
    late = {"usageMetadata": {"promptTokenCount": 3}}
    answer = GEMINI.read_answer(streamed(piece({"text": "a"}, finishReason="STOP"), late))
    assert answer.usage == Usage(input_tokens=3)


def test_arguments_that_are_no_object_are_a_malformed_call_as_the_provider_says_it() -> None:
    cut = ModelAnswer(tool_calls=(ToolCall(id="c", name="f", arguments='{"a": "b'),), finish=Finish.LENGTH)
    for asked in (STREAM, ModelRequest(model="m")):
        seen = GEMINI.read_answer(GEMINI.write_answer(cut, asked))
        assert (seen.tool_calls, seen.finish_raw) == ((), "MALFORMED_FUNCTION_CALL")


def test_refusals_are_google_s_and_say_when_to_come_back() -> None:
    reply = GEMINI.write_failure(RateLimited(2.5))
    assert reply is not None
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["status"], header(reply.headers, "retry-after")) == (
        429,
        "RESOURCE_EXHAUSTED",
        "3",
    )
    assert error["details"][-1]["retryDelay"] == "2.5s"
    for failure, name in ((ServerError(503, "x"), "UNAVAILABLE"), (Refused("x", 403), "PERMISSION_DENIED")):
        told = GEMINI.write_failure(failure)
        assert told is not None
        seen = GEMINI.read_answer(told).error
        assert seen is not None
        assert seen.type == name
        array = told.with_chunks([Chunk(b"[" + told.body + b"]")])
        assert GEMINI.read_answer(array).error == seen, "as a stream without events has it"
    assert GEMINI.write_failure(TimedOut(1)) is None


def test_what_has_no_neutral_word_comes_through_a_written_request() -> None:
    body = {
        "contents": [
            {
                "role": "user",
                "parts": [{"inlineData": {"mimeType": "image/png", "data": "aa"}}, {"text": "see"}],
            },
            {
                "role": "model",
                "parts": [{"text": "t", "thought": True}, {**call("f"), "thoughtSignature": "s"}],
            },
        ],
        "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
        "tools": [
            {"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]},
            {"googleSearch": {}},
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED"}},
        "generationConfig": {"temperature": 0.5, "topK": 3, "thinkingConfig": {"thinkingBudget": 9}},
        "safetySettings": [{"category": "c"}],
    }
    request = GEMINI.read_request(json.dumps(body).encode(), TARGET)
    assert json.loads(GEMINI.write_request(request)) == body
    assert (request.system, request.tools[0].name, request.settings.temperature) == ("Be brief.", "f", 0.5)


def test_both_spellings_of_a_request_say_the_same() -> None:
    told = {"parts": [{"function_call": {"name": "f", "args": {"a": 1}}}], "role": "model"}
    snake = body_of(
        told, system_instruction={"parts": [{"text": "s"}]}, generation_config={"max_output_tokens": 5}
    )
    request = GEMINI.read_request(snake, TARGET)
    assert (request.system, request.settings.max_tokens) == ("s", 5)
    assert request.messages[1].tool_calls[0].name == "f"
