"""Gemini's answers as the provider writes them, whole or streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from agentprobe.dialects import _sse
from agentprobe.dialects._writing import (
    Names,
    call_id,
    cut_short,
    event_reply,
    finish_word,
    json_reply,
    pieces_of_text,
    to_json,
)
from agentprobe.dialects.gemini._answer import FINISHES
from agentprobe.dialects.gemini._failure import envelope
from agentprobe.dialects.gemini._parts import as_object, is_object
from agentprobe.dialects.gemini._target import ARRAY, FORM
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, ToolCall, Usage
from agentprobe.domain.wire import Chunk, Headers, HttpReply

MALFORMED_CALL = "MALFORMED_FUNCTION_CALL"
_WORD = {
    Finish.STOP: "STOP",
    Finish.LENGTH: "MAX_TOKENS",
    Finish.TOOL_CALLS: "STOP",
    Finish.CONTENT_FILTER: "SAFETY",
    Finish.REFUSAL: "STOP",
    Finish.CONTEXT: "MAX_TOKENS",
    Finish.PAUSE: "STOP",
    Finish.OTHER: "OTHER",
}
_SAYING = tuple(word for word, finish in FINISHES.items() if finish is Finish.CONTENT_FILTER)
_HEAD: Headers = (("server", "scaffolding on HTTPServer2"), ("server-timing", "gfet4t7; dur=412"))
_BLANK: dict[str, Any] = {"text": ""}


def write_whole(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The answer as one JSON body, cut when it is not complete."""
    if answer.error is not None:
        return json_reply(200, _HEAD, {"error": envelope(answer.error)})
    names = Names(answer, request)
    parts = [part for text, part in _parts(answer, names) if text is None or part["text"]]
    candidate = {"content": _content(parts or [_BLANK]), **_ending(answer), "index": 0}
    reply = json_reply(200, _HEAD, {"candidates": [candidate], **_counted(answer), **_named(answer, request)})
    return reply if answer.complete else cut_short(reply)


def write_stream(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The answer as a stream, without the reason for its end when it is not complete."""
    bodies = [to_json(body) for body in _bodies(answer, request)]
    if request.extra.get(FORM) != ARRAY:
        return event_reply(_HEAD, map(_sse.written, bodies))
    frames = [b"[" + body if at == 0 else b",\r\n" + body for at, body in enumerate(bodies)]
    whole = [*frames, b"\n]"] if answer.complete and answer.error is None else frames
    return json_reply(200, _HEAD, None).with_chunks(map(Chunk, whole))


def _bodies(answer: ModelAnswer, request: ModelRequest) -> Iterator[dict[str, Any]]:
    named = _named(answer, request)
    for part in _pieces(_parts(answer, Names(answer, request))):
        yield {"candidates": [{"content": _content([part]), "index": 0}], **named}
    if answer.error is not None:
        yield {"error": envelope(answer.error)}
    elif answer.complete:
        last = {"content": _content([_BLANK]), **_ending(answer), "index": 0}
        yield {"candidates": [last], **_counted(answer), **named}


def _parts(answer: ModelAnswer, names: Names) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """The parts, each with its text where it is one that may come in pieces."""
    if answer.reasoning:
        yield answer.reasoning, {"text": answer.reasoning, "thought": True}
    text = answer.text + _refused(answer)
    if text:
        yield text, {"text": text}
    for index, call in enumerate(answer.tool_calls):
        if is_object(call.arguments):
            yield None, {"functionCall": _call(call, call_id(call, names, "call_", index))}


def _pieces(parts: Iterable[tuple[str | None, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for text, part in parts:
        if text is None:
            yield part
        else:
            yield from ({**part, "text": piece} for piece in pieces_of_text(text))


def _call(call: ToolCall, name: str) -> dict[str, Any]:
    return {"id": name, "name": call.name, "args": as_object(call.arguments)}


def _content(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"parts": parts, "role": "model"}


def _ending(answer: ModelAnswer) -> dict[str, Any]:
    """Why the model stopped; a call that is no JSON object never leaves the provider, who says so instead."""
    broken = next((call for call in answer.tool_calls if not is_object(call.arguments)), None)
    if broken is not None:
        said = f"Malformed function call: {broken.name}({broken.arguments}"
        return {"finishReason": MALFORMED_CALL, "finishMessage": said}
    word = finish_word(answer, FINISHES, _WORD)
    found = {"finishReason": word} if word is not None else {}
    why = answer.refusal if word in _SAYING else None
    return {**found, "finishMessage": why} if why is not None else found


def _refused(answer: ModelAnswer) -> str:
    """A refusal that no filter made is said in plain words."""
    filtered = finish_word(answer, FINISHES, _WORD) in _SAYING
    return "" if filtered else answer.refusal or ""


def _named(answer: ModelAnswer, request: ModelRequest) -> dict[str, Any]:
    names = Names(answer, request)
    return {
        "modelVersion": answer.model or request.model,
        "responseId": answer.id or names.make("", 22),
    }


def _counted(answer: ModelAnswer) -> dict[str, Any]:
    return {"usageMetadata": _usage(answer.usage)} if answer.usage is not None else {}


def _usage(usage: Usage) -> dict[str, Any]:
    prompt, output, thoughts = usage.input_tokens or 0, usage.output_tokens or 0, usage.reasoning_tokens
    figures = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": max(output - (thoughts or 0), 0),
        "totalTokenCount": prompt + output,
        "thoughtsTokenCount": thoughts,
        "cachedContentTokenCount": usage.cached_tokens,
    }
    return {name: figure for name, figure in figures.items() if figure is not None}
