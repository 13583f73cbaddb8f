"""Ollama's requests: their JSON read into neutral values and written back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from agentprobe.dialects._fields import (
    Fields,
    Words,
    decoded,
    flag,
    number,
    present,
    settings_of,
    string,
    strings,
    whole,
)
from agentprobe.dialects._kept import put_back
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.ollama._calls import Calls, Pairing, Said
from agentprobe.dialects.ollama._words import as_object
from agentprobe.domain.model import Message, ModelRequest, ModelSettings, ToolResult, ToolSpec

API = "api"
"""In `extra`: which of the two ways of asking it is, when not the usual one; never in a body."""
GENERATE = "generate"
_WORDS: Words = {
    "temperature": ("temperature", number),
    "top_p": ("top_p", number),
    "num_predict": ("max_tokens", whole),
    "seed": ("seed", whole),
    "stop": ("stop", strings),
}
_NOTHING = Raw(b"null")

_each = msgspec.json.Decoder(list[Raw] | None).decode
_said = msgspec.json.Decoder(Said).decode
_object = msgspec.json.Decoder(Fields | None).decode
_text = msgspec.json.Decoder(str | None).decode


def read_request(fields: Fields) -> ModelRequest:
    """A whole request; what has no neutral word stays in `extra`."""
    extra: dict[str, Any] = {}
    model = string(fields.pop("model"))
    messages = _read_messages(fields, extra)
    tools = _read_tools(fields.pop("tools", _NOTHING), extra)
    stream = flag(fields.pop("stream", _NOTHING)) is not False
    more: dict[str, Any] = {}
    settings = settings_of(_object(fields.pop("options", _NOTHING)) or {}, _WORDS, more)
    if more:
        extra["options"] = more
    extra |= {name: decoded(raw) for name, raw in fields.items()}
    return ModelRequest(
        model=model,
        messages=messages,
        tools=tools,
        settings=settings,
        stream=stream,
        stream_usage=stream,
        extra=extra,
    )


def _read_messages(fields: Fields, extra: dict[str, Any]) -> tuple[Message, ...]:
    if "messages" in fields or "prompt" not in fields:
        return _read_chat(fields.pop("messages", _NOTHING), extra)
    extra[API] = GENERATE
    system, prompt = _text(fields.pop("system", _NOTHING)), _text(fields.pop("prompt"))
    told = (Message(role="system", text=system),) if system else ()
    return (*told, Message(role="user", text=prompt or ""))


def _read_chat(raw: Raw, extra: dict[str, Any]) -> tuple[Message, ...]:
    pairing, entries = Pairing(), _each(raw) or []
    messages = tuple([_message(entry, pairing) for entry in entries])
    names = _names(messages)
    kept = {
        str(at): bytes(entry).decode()
        for at, (entry, message) in enumerate(zip(entries, messages, strict=True))
        if decoded(Raw(to_json(_write_message(message, names)[0]))) != decoded(entry)
    }
    if kept:
        extra["messages"] = kept
    return messages


def _message(raw: Raw, pairing: Pairing) -> Message:
    said, calls = _said(raw), Calls()
    if said.role == "tool":
        result = ToolResult(call_id=pairing.answer(said), content=said.content or "")
        return Message(role="tool", results=(result,))
    wished = [(call, calls.named(call)) for call in said.tool_calls or ()]
    pairing.ask(wished)
    return Message(role=said.role, text=said.content or "", tool_calls=tuple([named for _, named in wished]))


def _read_tools(raw: Raw, extra: dict[str, Any]) -> tuple[ToolSpec, ...]:
    kept = decoded(raw)
    tools = _specs(kept)
    if kept and kept != _write_tools(tools):
        extra["tools"] = kept
    return tools


def _specs(tools: Any) -> tuple[ToolSpec, ...]:
    told = [tool.get("function") for tool in tools or () if isinstance(tool, dict)]
    return tuple(
        ToolSpec(
            name=str(one.get("name") or ""),
            description=str(one.get("description") or ""),
            schema=one.get("parameters"),
        )
        for one in told
        if isinstance(one, dict)
    )


# -- writing -------------------------------------------------------------------------------------


def write_request(request: ModelRequest) -> bytes:
    """The body that says `request`; entries that were kept stand as they came."""
    extra = {name: value for name, value in request.extra.items() if name != API}
    if request.extra.get(API) == GENERATE:
        prompt = "\n\n".join(message.text for message in request.messages if message.role != "system")
        told: dict[str, Any] = present(prompt=prompt, system=request.system or None)
    else:
        told = {"messages": _write_chat(request.messages, extra.pop("messages", None))}
    fields = present(
        model=request.model,
        **told,
        tools=_told_tools(request.tools, extra.pop("tools", None)),
        options=_write_settings(request.settings, extra.pop("options", None)),
        stream=request.stream,
    )
    return to_json({**fields, **extra})


def _write_chat(messages: Sequence[Message], kept: Any) -> list[Any]:
    pairing, names = Pairing(), _names(messages)
    return put_back(
        messages,
        kept,
        read=lambda raw: _message(raw, pairing),
        write=lambda message: _write_message(message, names),
    )


def _names(messages: Iterable[Message]) -> dict[str, str]:
    """By the id of a call: the tool's name, which its result tells again."""
    return {call.id: call.name for message in messages for call in message.tool_calls}


def _write_message(message: Message, names: dict[str, str]) -> list[dict[str, Any]]:
    if message.results:
        return [
            {
                "role": "tool",
                "content": result.content,
                **present(tool_name=names.get(result.call_id)),
                "tool_call_id": result.call_id,
            }
            for result in message.results
        ]
    calls = [
        {"id": call.id, "function": {"name": call.name, "arguments": as_object(call.arguments)}}
        for call in message.tool_calls
    ]
    return [{"role": message.role, "content": message.text, **({"tool_calls": calls} if calls else {})}]


def _write_tools(tools: Sequence[ToolSpec]) -> Any:
    told = [
        present(name=tool.name, description=tool.description or None, parameters=tool.schema)
        for tool in tools
    ]
    return [{"type": "function", "function": one} for one in told] or None


def _told_tools(tools: tuple[ToolSpec, ...], kept: Any) -> Any:
    return kept if kept is not None and _specs(kept) == tools else _write_tools(tools)


def _write_settings(settings: ModelSettings, kept: Any) -> Any:
    told = present(
        temperature=settings.temperature,
        top_p=settings.top_p,
        num_predict=settings.max_tokens,
        seed=settings.seed,
        stop=settings.stop or None,
    )
    return {**told, **(kept or {})} or None
