"""Responses as the provider writes them, whole or streamed."""

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
    finish_of,
    json_reply,
    pieces_of_arguments,
    pieces_of_text,
    to_json,
)
from agentprobe.dialects.openai_responses._answer import COMPLETED
from agentprobe.dialects.openai_responses._request import write_tool
from agentprobe.domain.model import Finish, ModelAnswer, ModelRequest, Usage
from agentprobe.domain.wire import HttpReply

Event = dict[str, Any]
_REASONS = {
    Finish.LENGTH: "max_output_tokens",
    Finish.CONTEXT: "max_output_tokens",
    Finish.CONTENT_FILTER: "content_filter",
}
CUT = b'{"id":"resp_5b1e","object":"response","created_at":1767603600,"status":"completed","output":[{"ty'
"""A response that breaks off: what stands for a malformed answer."""


def write_whole(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The response as one JSON body, cut when it is not complete."""
    names = Names(answer, request)
    reply = json_reply(200, _openai.headers(names.make("req_", 32)), _ended(answer, request, names))
    return reply if answer.complete else cut_short(reply)


def write_stream(answer: ModelAnswer, request: ModelRequest) -> HttpReply:
    """The response as a stream, without the terminator when it is not complete."""
    names = Names(answer, request)
    events = enumerate(_events(answer, request, names))
    frames = (_sse.written(to_json({**event, "sequence_number": n}), event["type"]) for n, event in events)
    return event_reply(_openai.headers(names.make("req_", 32)), frames)


def _events(answer: ModelAnswer, request: ModelRequest, names: Names) -> Iterator[Event]:
    begun = _envelope(answer, request, names, "in_progress")
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    items = _items(answer, names)
    for index, item in enumerate(items):
        cut = not answer.complete and answer.error is None and index == len(items) - 1
        yield from _item_events(item, index, cut=cut)
    if answer.error is not None:
        code = answer.error.code or answer.error.type
        yield {"type": "error", "code": code, "message": answer.error.message, "param": None}
    elif answer.complete:
        ended = _ended(answer, request, names)
        yield {"type": f"response.{ended['status']}", "response": ended}


def _item_events(item: Event, index: int, *, cut: bool) -> Iterator[Event]:
    """An item as it begins, grows and ends; one that is cut only begins and grows."""
    empty = _EMPTY[item["type"]]
    place = {"output_index": index, "item_id": item["id"]}
    added = {**item, **empty, **({"status": "in_progress"} if "status" in item else {})}
    yield {"type": "response.output_item.added", "output_index": index, "item": added}
    for event in _growth(item, place):
        if not (cut and event["type"].endswith(".done")):
            yield event
    if not cut:
        yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _growth(item: Event, place: Event) -> Iterator[Event]:
    if item["type"] == "function_call":
        yield from _argument_events(item["arguments"], place)
        return
    reasoning = item["type"] == "reasoning"
    for at, part in enumerate(item["summary"] if reasoning else item["content"]):
        if reasoning:
            yield from _part_events(part, "reasoning_summary_part", {**place, "summary_index": at})
        else:
            yield from _part_events(part, "content_part", {**place, "content_index": at})


def _argument_events(arguments: str, place: Event) -> Iterator[Event]:
    kind = "response.function_call_arguments"
    for piece in pieces_of_arguments(arguments):
        yield {"type": f"{kind}.delta", **place, "delta": piece}
    yield {"type": f"{kind}.done", **place, "arguments": arguments}


_EMPTY: dict[str, Event] = {
    "reasoning": {"summary": []},
    "message": {"content": []},
    "function_call": {"arguments": ""},
}
_PARTS: dict[str, tuple[str, str, Event]] = {
    "output_text": ("output_text", "text", {"logprobs": []}),
    "refusal": ("refusal", "refusal", {}),
    "summary_text": ("reasoning_summary_text", "text", {}),
}


def _part_events(part: Event, kind: str, place: Event) -> Iterator[Event]:
    name, field, more = _PARTS[part["type"]]
    yield {"type": f"response.{kind}.added", **place, "part": {**part, field: ""}}
    for piece in pieces_of_text(part[field]):
        yield {"type": f"response.{name}.delta", **place, "delta": piece, **more}
    yield {"type": f"response.{name}.done", **place, field: part[field], **more}
    yield {"type": f"response.{kind}.done", **place, "part": part}


def _items(answer: ModelAnswer, names: Names) -> list[Event]:
    """What the model put out: reasoning, a message, tool calls."""
    items: list[Event] = []
    if answer.reasoning:
        summary = [{"type": "summary_text", "text": answer.reasoning}]
        items.append({"type": "reasoning", "id": names.make("rs_", 48), "summary": summary})
    if parts := _parts(answer):
        said = {"role": "assistant", "status": COMPLETED, "content": parts}
        items.append({"type": "message", "id": names.make("msg_", 48), **said})
    for index, call in enumerate(answer.tool_calls):
        wished = {
            "call_id": call_id(call, names, "call_", index),
            "name": call.name,
            "arguments": call.arguments,
        }
        name = names.make("fc_", 48, part=index)
        items.append({"type": "function_call", "id": name, "status": COMPLETED, **wished})
    return items


def _parts(answer: ModelAnswer) -> list[Event]:
    parts: list[Event] = []
    silent = answer.tool_calls or answer.refusal is not None or answer.error is not None
    if answer.text or not silent:
        parts.append({"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []})
    if answer.refusal is not None:
        parts.append({"type": "refusal", "refusal": answer.refusal})
    return parts


def _ended(answer: ModelAnswer, request: ModelRequest, names: Names) -> Event:
    status, details, error = COMPLETED, None, None
    if answer.error is not None:
        status = "failed"
        error = {"code": answer.error.code or answer.error.type, "message": answer.error.message}
    elif (reason := _reason(answer)) is not None:
        status, details = "incomplete", {"reason": reason}
    return {
        **_envelope(answer, request, names, status),
        "error": error,
        "incomplete_details": details,
        "output": _items(answer, names),
        "usage": _usage(answer.usage) if answer.usage is not None else None,
    }


def _reason(answer: ModelAnswer) -> str | None:
    """Why the response is incomplete; None when the model came to its end."""
    finish = finish_of(answer)
    if finish is Finish.OTHER and answer.finish_raw != COMPLETED:
        return answer.finish_raw
    return _REASONS.get(finish) if finish is not None else None


def _envelope(answer: ModelAnswer, request: ModelRequest, names: Names, status: str) -> Event:
    settings = request.settings
    return {
        "id": answer.id or names.make("resp_", 48),
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": request.system or None,
        "max_output_tokens": settings.max_tokens,
        "model": answer.model or request.model,
        "output": [],
        "parallel_tool_calls": settings.parallel_tool_calls is not False,
        "previous_response_id": request.extra.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": request.extra.get("store") is not False,
        "temperature": 1.0 if settings.temperature is None else settings.temperature,
        "text": {"format": {"type": "text"}},
        "tool_choice": _openai.write_tool_choice(settings.tool_choice, nested=False) or "auto",
        "tools": [{**write_tool(tool), "strict": True} for tool in request.tools],
        "top_p": 1.0 if settings.top_p is None else settings.top_p,
        "truncation": "disabled",
        "usage": None,
        "metadata": {},
    }


def _usage(usage: Usage) -> Event:
    given, made = usage.input_tokens or 0, usage.output_tokens or 0
    return {
        "input_tokens": given,
        "input_tokens_details": {
            "cached_tokens": usage.cached_tokens or 0,
            "cache_write_tokens": usage.written_tokens or 0,
        },
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens or 0},
        "total_tokens": given + made,
    }
