"""Ollama's answers and refusals as its server writes them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from agentprobe.dialects._writing import (
    CREATED,
    JSON,
    cut_short,
    finish_word,
    json_reply,
    merged,
    pieces_of_text,
    to_json,
)
from agentprobe.dialects.ollama._request import API, GENERATE
from agentprobe.dialects.ollama._words import FINISHES, as_object
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, ToolCall
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.errors import Malformed, RateLimited, Refused, ServerError, WorldFailure

_WORD = {finish: "length" if finish in (Finish.LENGTH, Finish.CONTEXT) else "stop" for finish in Finish}
_LINES: Headers = (("content-type", "application/x-ndjson"),)
_MADE = f"{datetime.fromtimestamp(CREATED, UTC):%Y-%m-%dT%H:%M:%S}.000000Z"
_CUT = b'{"model":"m","created_at":"2026-01-05T00:00:00Z","message":{"role":"assis'


def write_whole(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The answer as one JSON body, cut when it is not complete."""
    if answer.error is not None:
        return json_reply(200, (), {"error": answer.error.message})
    text = answer.text + (answer.refusal or "")
    body = {**_line(request, answer, text, answer.reasoning, answer.tool_calls), **_end(answer)}
    reply = json_reply(200, (), body)
    return reply if answer.complete else cut_short(reply)


def write_stream(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The answer as lines, without the last one when it is not complete."""
    lines = (Chunk(to_json(line) + b"\n") for line in _lines(answer, request))
    return HttpReply(status=200, headers=_LINES, chunks=tuple(lines))


def _lines(answer: ModelAnswer, request: ModelRequest) -> Iterator[dict[str, Any]]:
    going = {"done": False}
    for piece in pieces_of_text(answer.reasoning):
        yield _line(request, answer, "", piece) | going
    for piece in pieces_of_text(answer.text + (answer.refusal or "")):
        yield _line(request, answer, piece) | going
    for call in answer.tool_calls:
        yield _line(request, answer, "", calls=(call,)) | going
    if answer.error is not None:
        yield {"error": answer.error.message}
    elif answer.complete:
        yield _line(request, answer, "") | _end(answer)


def _line(
    request: ModelRequest, answer: ModelAnswer, text: str, thought: str = "", calls: tuple[ToolCall, ...] = ()
) -> dict[str, Any]:
    head = {"model": answer.model or request.model, "created_at": _MADE}
    thinking = {"thinking": thought} if thought else {}
    if request.extra.get(API) == GENERATE:
        return {**head, "response": text, **thinking}
    wished = [_call(call) for call in calls]
    asked = {"tool_calls": wished} if wished else {}
    return {**head, "message": {"role": "assistant", "content": text, **thinking, **asked}}


def _call(call: ToolCall) -> dict[str, Any]:
    return {"function": {"name": call.name, "arguments": as_object(call.arguments)}}


def _end(answer: ModelAnswer) -> dict[str, Any]:
    used = answer.usage
    counts = {
        "prompt_eval_count": used.input_tokens if used is not None else None,
        "eval_count": used.output_tokens if used is not None else None,
    }
    told = {name: count for name, count in counts.items() if count is not None}
    times = {"total_duration": 412_000_000, "load_duration": 12_000_000}
    word = finish_word(answer, FINISHES, _WORD)
    return {"done": True, **({"done_reason": word} if word else {}), **times, **told}


def write_failure(failure: WorldFailure, more: Headers) -> HttpReply | None:
    """The reply that says this failure; None for one that sends no bytes."""
    match failure:
        case RateLimited(retry_after=wait):
            head = () if wait is None else (("retry-after", str(math.ceil(wait))),)
            said = {"error": "you have reached your usage limit, please try again later"}
            return json_reply(429, merged(head, more), said)
        case ServerError(status=status) | Refused(status=status):
            return json_reply(status, more, {"error": str(failure)})
        case Malformed():
            return HttpReply(status=200, headers=merged((JSON,), more), chunks=(Chunk(_CUT),))
        case _:
            return None
