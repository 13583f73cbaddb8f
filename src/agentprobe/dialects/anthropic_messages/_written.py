"""Messages as the provider writes them, whole or streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.dialects import _sse
from agentprobe.dialects._fields import present
from agentprobe.dialects._writing import (
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
from agentprobe.dialects.anthropic_messages._answer import FINISHES
from agentprobe.dialects.anthropic_messages._failure import envelope, limits
from agentprobe.dialects.anthropic_messages._request import as_object
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, ToolCall, Usage
from agentprobe.domain.wire import Headers, HttpReply

_WORD = {
    Finish.STOP: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.TOOL_CALLS: "tool_use",
    Finish.CONTENT_FILTER: "refusal",
    Finish.REFUSAL: "refusal",
    Finish.CONTEXT: "model_context_window_exceeded",
    Finish.PAUSE: "pause_turn",
    Finish.OTHER: "end_turn",
}


def write_whole(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The message as one JSON body, cut when it is not complete."""
    names = Names(answer, request)
    if answer.error is not None:
        return json_reply(200, _headers(names), _error(answer, names))
    body = {
        **_envelope(answer, request, names),
        "content": [*_blocks(answer, names)],
        **_finish(answer),
        "usage": _usage(answer.usage or Usage()),
    }
    reply = json_reply(200, _headers(names), body)
    return reply if answer.complete else cut_short(reply)


def write_stream(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The message as a stream, without the terminator when it is not complete."""
    names = Names(answer, request)
    events = _events(answer, request, names)
    return event_reply(_headers(names), (_sse.written(to_json(event), event["type"]) for event in events))


def _events(answer: ModelAnswer, request: ModelRequest, names: Names) -> Iterator[dict[str, Any]]:
    if answer.error is None or answer != ModelAnswer(error=answer.error, complete=answer.complete):
        yield {"type": "message_start", "message": _opening(answer, request, names)}
        yield from _content(answer, names)
    if answer.error is not None:
        yield _error(answer, names)
        return
    finish = _finish(answer)
    if finish["stop_reason"] is not None:
        usage = _usage(answer.usage or Usage())
        yield {"type": "message_delta", "delta": finish, "usage": usage}
    if answer.complete:
        yield {"type": "message_stop"}


def _content(answer: ModelAnswer, names: Names) -> Iterator[dict[str, Any]]:
    """The blocks one after the other; the last one stays open where the answer was cut."""
    blocks = [*_blocks(answer, names)]
    cut = not answer.complete and _finish(answer)["stop_reason"] is None
    calls = iter(answer.tool_calls)
    for index, block in enumerate(blocks):
        empty, deltas = _in_deltas(block, calls)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        if index == 0:
            yield {"type": "ping"}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        if not (cut and index == len(blocks) - 1):
            yield {"type": "content_block_stop", "index": index}


def _in_deltas(
    block: dict[str, Any], calls: Iterator[ToolCall]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block as it begins, and the deltas that fill it."""
    if block["type"] == "text":
        pieces = pieces_of_text(block["text"])
        return {**block, "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces]
    if block["type"] == "thinking":
        pieces = pieces_of_text(block["thinking"])
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
        signed = {"type": "signature_delta", "signature": block["signature"]}
        return {**block, "thinking": "", "signature": ""}, [*deltas, signed]
    pieces = ["", *pieces_of_arguments(next(calls).arguments)]
    return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


def _blocks(answer: ModelAnswer, names: Names) -> Iterator[dict[str, Any]]:
    if answer.reasoning:
        signature = digest(answer.reasoning)
        yield {"type": "thinking", "thinking": answer.reasoning, "signature": signature}
    if answer.text or not (answer.tool_calls or answer.reasoning or answer.refusal):
        yield {"type": "text", "text": answer.text}
    for index, call in enumerate(answer.tool_calls):
        given = as_object(call.arguments)
        yield {
            "type": "tool_use",
            "id": call_id(call, names, "toolu_", index),
            "name": call.name,
            "input": {} if isinstance(given, str) else given,
        }


def _opening(answer: ModelAnswer, request: ModelRequest, names: Names) -> dict[str, Any]:
    usage = _usage(answer.usage or Usage())
    return {
        **_envelope(answer, request, names),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": min(1, usage["output_tokens"])},
    }


def _envelope(answer: ModelAnswer, request: ModelRequest, names: Names) -> dict[str, Any]:
    return {
        "id": answer.id or names.make("msg_"),
        "type": "message",
        "role": "assistant",
        "model": answer.model or request.model,
    }


def _finish(answer: ModelAnswer) -> dict[str, Any]:
    word = finish_word(answer, FINISHES, _WORD)
    if word is not None and answer.refusal is not None:
        word = "refusal"
    finish: dict[str, Any] = {"stop_reason": word, "stop_sequence": None}
    if word == "refusal":
        finish["stop_details"] = {"type": "refusal", "category": None, "explanation": answer.refusal}
    return finish


def _usage(usage: Usage) -> dict[str, Any]:
    thinking = usage.reasoning_tokens
    return present(
        input_tokens=usage.input_tokens or 0,
        cache_creation_input_tokens=usage.written_tokens or 0,
        cache_read_input_tokens=usage.cached_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        output_tokens_details=None if thinking is None else {"thinking_tokens": thinking},
    )


def _error(answer: ModelAnswer, names: Names) -> dict[str, Any]:
    error = answer.error
    if error is None:
        return {}
    details = {"error_code": error.code} if error.code is not None else None
    return envelope(error.message, error.type, names.make("req_"), details)


def _headers(names: Names) -> Headers:
    return (("request-id", names.make("req_")), *limits(49, 1.0))
