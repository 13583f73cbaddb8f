"""What a foreign span says of a model or tool call, by any of the conventions in use.

GenAI has its messages as JSON in one attribute (or in an event), OpenInference and OpenLLMetry in numbered
attributes. What a span does not say stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from agentprobe.domain.model import (
    Finish,
    Message,
    ModelAnswer,
    ModelRequest,
    ModelSettings,
    ToolCall,
    ToolResult,
    Usage,
)
from agentprobe.trace.otlp.span import Span

_MODEL_OPERATIONS = ("chat", "generate_content", "text_completion", "completion")
_FINISHES = {
    "stop": Finish.STOP,
    "end_turn": Finish.STOP,
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "tool_calls": Finish.TOOL_CALLS,
    "tool_call": Finish.TOOL_CALLS,
    "tool_use": Finish.TOOL_CALLS,
    "content_filter": Finish.CONTENT_FILTER,
}
Told = Mapping[str, Any]


def is_model(span: Span) -> bool:
    """Does it tell of a model call?"""
    told = span.attributes
    return (
        told.get("openinference.span.kind") == "LLM"
        or told.get("gen_ai.operation.name") in _MODEL_OPERATIONS
        or "llm.request.type" in told
        or "gen_ai.prompt.0.role" in told
    )


def is_tool(span: Span) -> bool:
    """Does it tell of a tool call?"""
    told = span.attributes
    return (
        told.get("openinference.span.kind") == "TOOL"
        or told.get("gen_ai.operation.name") == "execute_tool"
        or told.get("traceloop.span.kind") == "tool"
    )


def model_of(span: Span) -> str:
    """The model's name."""
    names = ("gen_ai.request.model", "llm.model_name", "gen_ai.response.model")
    return str(_first(span.attributes, *names) or "unknown")


def request_of(span: Span) -> ModelRequest:
    """What the model was asked, as far as the span says."""
    told = _with_events(span)
    return ModelRequest(
        model=model_of(span),
        messages=tuple(
            _genai_input(told) or _openinference(told, "llm.input_messages") or _openllmetry(told)
        ),
        settings=_settings(told),
    )


def answer_of(span: Span) -> ModelAnswer:
    """What the model answered, as far as the span says."""
    told = _with_events(span)
    said = next(iter(_genai_messages(told.get("gen_ai.output.messages"))), None)
    said = said or next(iter(_openinference(told, "llm.output_messages")), None)
    said = said or next(iter(_openllmetry(told, "gen_ai.completion")), Message(role="assistant"))
    finish = _finish(told)
    return ModelAnswer(
        id=str(_first(told, "gen_ai.response.id") or ""),
        model=str(_first(told, "gen_ai.response.model", "llm.model_name", "gen_ai.request.model") or ""),
        text=said.text,
        tool_calls=said.tool_calls,
        finish=_FINISHES.get(finish, Finish.TOOL_CALLS if said.tool_calls else Finish.STOP),
        usage=_usage(told),
    )


def tool_of(span: Span) -> tuple[str, Any, Any, str]:
    """A tool's name, its arguments, its result, and the id of its call."""
    told = span.attributes
    name = _first(told, "gen_ai.tool.name", "tool.name", "traceloop.entity.name") or span.name
    arguments = _first(
        told, "gen_ai.tool.call.arguments", "tool.parameters", "input.value", "traceloop.entity.input"
    )
    result = _first(told, "gen_ai.tool.call.result", "output.value", "traceloop.entity.output")
    given = _opened(arguments)
    ref = _first(told, "gen_ai.tool.call.id", "tool.id", "tool_call.id") or ""
    return str(name), given if given is not None else {}, result, str(ref)


def session_of(span: Span) -> str:
    """The session that a span says it belongs to."""
    return str(_first(span.attributes, "session.id", "gen_ai.conversation.id") or "")


# -- messages ------------------------------------------------------------------------------------------


def _genai_input(told: Told) -> list[Message]:
    system = _parts(_opened(told.get("gen_ai.system_instructions")))
    first = [Message(role="system", text=_text(system))] if system else []
    others = list(_genai_messages(told.get("gen_ai.input.messages")))
    return [*first, *others] if others else []


def _genai_messages(value: Any) -> Iterator[Message]:
    for message in _parts(_opened(value)):
        parts = _parts(message.get("parts"))
        yield Message(
            role=str(message.get("role") or "user"),
            text=_text(parts),
            tool_calls=tuple(
                ToolCall(
                    id=str(p.get("id") or ""),
                    name=str(p.get("name") or ""),
                    arguments=_json(p.get("arguments")),
                )
                for p in parts
                if p.get("type") == "tool_call"
            ),
            results=tuple(
                ToolResult(call_id=str(p.get("id") or ""), content=_plain(p.get("response", p.get("result"))))
                for p in parts
                if p.get("type") == "tool_call_response"
            ),
        )


def _openinference(told: Told, prefix: str) -> Iterator[Message] | list[Message]:
    return [_openinference_message(found) for found in _numbered(told, prefix, "message.")]


def _openinference_message(told: Told) -> Message:
    role, text = str(told.get("role") or "user"), _plain(told.get("content")) or _contents(told)
    if role == "tool":
        return Message(
            role="tool", results=(ToolResult(call_id=str(told.get("tool_call_id") or ""), content=text),)
        )
    calls = tuple(
        ToolCall(
            id=str(found.get("id") or ""),
            name=str(found.get("function.name") or ""),
            arguments=_json(found.get("function.arguments")),
        )
        for found in _numbered(told, "tool_calls", "tool_call.")
    )
    return Message(role=role, text=text, tool_calls=calls)


def _contents(told: Told) -> str:
    found = _numbered(told, "contents", "message_content.")
    return "".join(str(part.get("text") or "") for part in found)


def _openllmetry(told: Told, prefix: str = "gen_ai.prompt") -> list[Message]:
    return [_openllmetry_message(found) for found in _numbered(told, prefix, "")]


def _openllmetry_message(told: Told) -> Message:
    role, text = str(told.get("role") or "assistant"), _plain(told.get("content"))
    if role == "tool":
        return Message(
            role="tool", results=(ToolResult(call_id=str(told.get("tool_call_id") or ""), content=text),)
        )
    calls = tuple(
        ToolCall(
            id=str(c.get("id") or ""), name=str(c.get("name") or ""), arguments=_json(c.get("arguments"))
        )
        for c in _numbered(told, "tool_calls", "")
    )
    return Message(role=role, text=text, tool_calls=calls)


def _numbered(told: Told, prefix: str, inner: str) -> list[dict[str, Any]]:
    """Numbered attributes put together: `PREFIX.N.INNERkey` by N."""
    found: dict[int, dict[str, Any]] = {}
    form = re.compile(rf"{re.escape(prefix)}\.(\d{{1,9}})\.{re.escape(inner)}(.+)")
    for key, value in told.items():
        if match := form.fullmatch(key):
            found.setdefault(int(match[1]), {})[match[2]] = value
    return [found[number] for number in sorted(found)]


# -- figures -------------------------------------------------------------------------------------------


def _usage(told: Told) -> Usage | None:
    usage = Usage(
        input_tokens=_whole(
            told, "gen_ai.usage.input_tokens", "llm.token_count.prompt", "gen_ai.usage.prompt_tokens"
        ),
        output_tokens=_whole(
            told, "gen_ai.usage.output_tokens", "llm.token_count.completion", "gen_ai.usage.completion_tokens"
        ),
        cached_tokens=_whole(
            told,
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
        ),
        reasoning_tokens=_whole(
            told,
            "gen_ai.usage.reasoning.output_tokens",
            "llm.token_count.completion_details.reasoning",
            "gen_ai.usage.reasoning_tokens",
        ),
        written_tokens=_whole(
            told,
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "llm.token_count.prompt_details.cache_write",
        ),
    )
    return usage if usage != Usage() else None


def _settings(told: Told) -> ModelSettings:
    given = _opened(told.get("llm.invocation_parameters"))
    parameters: Told = given if isinstance(given, Mapping) else {}

    def one(name: str) -> Any:
        return told.get(f"gen_ai.request.{name}", parameters.get(name))

    return replace(
        ModelSettings(),
        temperature=_number(one("temperature")),
        top_p=_number(one("top_p")),
        max_tokens=int(found) if (found := _number(one("max_tokens"))) is not None else None,
        seed=int(found) if (found := _number(one("seed"))) is not None else None,
    )


def _finish(told: Told) -> str:
    reasons = told.get("gen_ai.response.finish_reasons")
    first = (
        reasons[0] if isinstance(reasons, Sequence) and not isinstance(reasons, str) and reasons else reasons
    )
    said = first or told.get("gen_ai.completion.0.finish_reason") or _output_finish(told)
    return str(said or "")


def _output_finish(told: Told) -> Any:
    messages = _parts(_opened(told.get("gen_ai.output.messages")))
    return messages[0].get("finish_reason") if messages else None


def _with_events(span: Span) -> dict[str, Any]:
    """A span's attributes with those of its events that tell what was said."""
    told: dict[str, Any] = {}
    for event in span.events:
        if event.name.startswith("gen_ai."):
            told |= event.attributes
    return {**told, **span.attributes}


def _first(told: Told, *names: str) -> Any:
    return next((told[name] for name in names if told.get(name) not in (None, "")), None)


def _whole(told: Told, *names: str) -> int | None:
    found = _number(_first(told, *names))
    return int(found) if found is not None else None


_MOST = 2.0**63
"""No figure of a span is larger; infinity and what is no number are none."""


def _number(value: Any) -> float | None:
    try:
        found = float(value) if value is not None else None
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found is not None and abs(found) < _MOST else None


def _parts(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _text(parts: Sequence[Told]) -> str:
    return "".join(str(part.get("content") or "") for part in parts if part.get("type") == "text")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else _json(value)


def _json(value: Any) -> str:
    return (
        value if isinstance(value, str) else msgspec.json.encode(value if value is not None else {}).decode()
    )


def _opened(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError):
        return value
