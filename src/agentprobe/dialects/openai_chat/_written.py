"""Chat answers as the provider writes them, whole or streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentprobe.dialects import _openai, _sse
from agentprobe.dialects._writing import (
    CREATED,
    Names,
    call_id,
    cut_short,
    event_reply,
    finish_word,
    json_reply,
    pieces_of_arguments,
    pieces_of_text,
    to_json,
)
from agentprobe.dialects.openai_chat._answer import FINISHES
from agentprobe.dialects.openai_chat._request import write_call
from agentprobe.dialects.openai_chat._stream import DONE
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, Usage
from agentprobe.domain.wire import HttpReply

_WORD = {
    Finish.STOP: "stop",
    Finish.LENGTH: "length",
    Finish.TOOL_CALLS: "tool_calls",
    Finish.CONTENT_FILTER: "content_filter",
    Finish.REFUSAL: "stop",
    Finish.CONTEXT: "length",
    Finish.PAUSE: "stop",
    Finish.OTHER: "stop",
}
CUT = b'{"id":"chatcmpl-5b1e","object":"chat.completion","created":1767603600,"choices":[{"index":0,"mess'
"""A completion that breaks off: what stands for a malformed answer."""


def write_whole(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The answer as one JSON body, cut when it is not complete."""
    names = Names(answer, request)
    head = _openai.headers(names.make("req_", 32))
    if answer.error is not None:
        return json_reply(200, head, {"error": _error(answer)})
    choice = {
        "index": 0,
        "message": _message(answer, names),
        "logprobs": None,
        "finish_reason": _finish(answer),
    }
    body = {
        **_envelope(answer, request, names, "chat.completion"),
        "choices": [choice],
        **({"usage": _usage(answer.usage)} if answer.usage is not None else {}),
    }
    reply = json_reply(200, head, body)
    return reply if answer.complete else cut_short(reply)


def write_stream(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The answer as a stream, without the terminator when it is not complete."""
    names = Names(answer, request)
    return event_reply(_openai.headers(names.make("req_", 32)), _frames(answer, request, names))


def _frames(answer: ModelAnswer, request: ModelRequest, names: Names) -> Iterator[bytes]:
    shared = _envelope(answer, request, names, "chat.completion.chunk")
    silent = {"usage": None} if request.stream_usage else {}

    def frame(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _sse.written(to_json({**shared, "choices": [choice], **silent}))

    if answer != _error_alone(answer):
        yield from (frame(delta) for delta in _deltas(answer, names))
    finish = _finish(answer)
    if answer.error is not None:
        yield _sse.written(to_json({"error": _error(answer)}))
        return
    if finish is not None:
        yield frame({}, finish)
    if request.stream_usage and answer.usage is not None:
        yield _sse.written(to_json({**shared, "choices": [], "usage": _usage(answer.usage)}))
    if answer.complete:
        yield _sse.written(DONE)


def _error_alone(answer: ModelAnswer) -> ModelAnswer:
    return ModelAnswer(error=answer.error, complete=answer.complete)


def _deltas(answer: ModelAnswer, names: Names) -> Iterator[dict[str, Any]]:
    opening = None if answer.tool_calls and not answer.text else ""
    yield {"role": "assistant", "content": opening, "refusal": None}
    yield from ({"reasoning_content": piece} for piece in pieces_of_text(answer.reasoning))
    yield from ({"content": piece} for piece in pieces_of_text(answer.text))
    yield from ({"refusal": piece} for piece in pieces_of_text(answer.refusal or ""))
    for index, call in enumerate(answer.tool_calls):
        opened = {
            "index": index,
            "id": call_id(call, names, "call_", index),
            "type": "function",
            "function": {"name": call.name, "arguments": ""},
        }
        yield {"tool_calls": [opened]}
        for piece in pieces_of_arguments(call.arguments):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _envelope(answer: ModelAnswer, request: ModelRequest, names: Names, kind: str) -> dict[str, Any]:
    return {
        "id": answer.id or names.make("chatcmpl-", 29),
        "object": kind,
        "created": CREATED,
        "model": answer.model or request.model,
        "service_tier": "default",
        "system_fingerprint": _openai.FINGERPRINT,
    }


def _message(answer: ModelAnswer, names: Names) -> dict[str, Any]:
    silent = answer.tool_calls or answer.refusal is not None
    message: dict[str, Any] = {
        "role": "assistant",
        "content": (answer.text or None) if silent else answer.text,
        "refusal": answer.refusal,
        "annotations": [],
    }
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.tool_calls:
        message["tool_calls"] = [
            write_call(call, call_id(call, names, "call_", index))
            for index, call in enumerate(answer.tool_calls)
        ]
    return message


def _finish(answer: ModelAnswer) -> str | None:
    return finish_word(answer, FINISHES, _WORD)


def _error(answer: ModelAnswer) -> dict[str, Any]:
    error = answer.error
    return _openai.envelope(error.message, error.type, error.code) if error is not None else {}


def _usage(usage: Usage) -> dict[str, Any]:
    prompt, completion = usage.input_tokens or 0, usage.output_tokens or 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": _prompt_details(usage),
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens or 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _prompt_details(usage: Usage) -> dict[str, Any]:
    written = {"cache_write_tokens": usage.written_tokens} if usage.written_tokens else {}
    return {"cached_tokens": usage.cached_tokens or 0, "audio_tokens": 0, **written}
