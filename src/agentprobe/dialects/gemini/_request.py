"""Gemini's requests: their JSON read into neutral values and written back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, takewhile
from typing import Any

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._dialect import Outline
from agentprobe.dialects._fields import (
    Fields,
    Words,
    decoded,
    number,
    present,
    settings_of,
    some,
    strings,
    whole,
)
from agentprobe.dialects._kept import put_back
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.gemini._parts import Calls, Content, Pairing, as_object, response_of, result_of
from agentprobe.dialects.gemini._target import FORM
from agentprobe.domain.model import Message, ModelRequest, ModelSettings, ToolSpec

_WORDS: Words = {
    "temperature": ("temperature", number),
    "topP": ("top_p", number),
    "maxOutputTokens": ("max_tokens", whole),
    "seed": ("seed", whole),
    "stopSequences": ("stop", strings),
}
_SPELLINGS = {
    "system_instruction": "systemInstruction",
    "generation_config": "generationConfig",
    "tool_config": "toolConfig",
    "safety_settings": "safetySettings",
    "cached_content": "cachedContent",
}
_SETTINGS = {"top_p": "topP", "max_output_tokens": "maxOutputTokens", "stop_sequences": "stopSequences"}
_CHOICES = {"AUTO": "auto", "NONE": "none", "ANY": "required"}
_MODES = {ours: theirs for theirs, ours in _CHOICES.items()}
_NOTHING = Raw(b"null")


class _Role(Struct, gc=False):
    """Whose a content is; what it says stays unread."""

    role: str | None = None


_each = msgspec.json.Decoder(list[Raw] | None).decode
_contents = msgspec.json.Decoder(list[Content]).decode
_roles = msgspec.json.Decoder(list[_Role] | None).decode
_instruction = msgspec.json.Decoder(Content | str | None).decode
_object = msgspec.json.Decoder(Fields | None).decode


def read_request(fields: Fields) -> ModelRequest:
    """A whole request but for what its target says; what has no neutral word stays in `extra`.

    Each part of the system instruction is a system message of its own, in front of all others.
    """
    fields, extra = _camel(fields, _SPELLINGS), dict[str, Any]()
    messages = _read_contents(fields.pop("contents"), extra)
    system = _read_system(fields.pop("systemInstruction", _NOTHING), extra)
    tools = _read_tools(fields.pop("tools", _NOTHING), extra)
    settings = _read_settings(fields, extra)
    extra |= {name: decoded(raw) for name, raw in fields.items()}
    return ModelRequest(model="", messages=(*system, *messages), tools=tools, settings=settings, extra=extra)


def outline(fields: Fields) -> Outline:
    """What a trace notes of a request but for what its target says: its contents are counted, not read."""
    fields = _camel(fields, _SPELLINGS)
    contents, told = fields.pop("contents"), fields.pop("systemInstruction", _NOTHING)
    tools = fields.pop("tools", _NOTHING)
    system, turns = _read_system(told, {}), len(_turns(contents))
    settings, prompt = _read_settings(fields, {}), bytes(contents)
    if some(told):
        prompt = b"[" + some(told) + (b"," if turns else b"") + prompt[1:]
    text = "\n\n".join(message.text for message in system)
    return Outline(settings, False, text, some(tools), prompt, len(system) + turns)


def _camel(fields: Fields, spellings: dict[str, str]) -> Fields:
    return {spellings.get(name, name): raw for name, raw in fields.items()}


def _read_contents(raw: Raw, extra: dict[str, Any]) -> tuple[Message, ...]:
    pairing, turns = Pairing(), _turns(raw)
    messages = tuple([_message(turn, pairing) for turn in turns])
    names = _names(messages)
    plain = (decoded(Raw(to_json(_write_message(message, names)))) for message in messages)
    kept = {
        str(at): bytes(turn).decode()
        for at, (turn, ours) in enumerate(zip(turns, plain, strict=True))
        if ours != decoded(turn)
    }
    if kept:
        extra["contents"] = kept
    return messages


def _turns(contents: Raw) -> list[Raw]:
    """The contents, those that follow one another and are the model's in one list.

    An SDK that has heard a stream tells each of its pieces as a content of its own.
    """
    grouped = groupby(
        zip(_each(contents) or (), _roles(contents) or (), strict=True),
        key=lambda one: one[1].role == "model",
    )
    found: list[list[Raw]] = []
    for is_model, told in grouped:
        entries = [entry for entry, _ in told]
        found += [entries] if is_model else [[entry] for entry in entries]
    return [Raw(b"[%b]" % b",".join(map(bytes, entries))) for entries in found]


def _message(turn: Raw, pairing: Pairing) -> Message:
    contents, calls = _contents(turn), Calls()
    parts = [part for content in contents for part in content.parts or ()]
    text = "".join([part.said for part in parts])
    wished = tuple([calls.named(part.call) for part in parts if part.call is not None])
    results = tuple([result_of(r, pairing.answer(r)) for part in parts if (r := part.response) is not None])
    pairing.ask(wished)
    role = contents[0].role or "user"
    if results and not text:
        role = "tool"
    return Message(
        role="assistant" if role == "model" else role, text=text, tool_calls=wished, results=results
    )


def _read_system(raw: Raw, extra: dict[str, Any]) -> tuple[Message, ...]:
    told = _instruction(raw)
    if told is None:
        return ()
    texts = [told] if isinstance(told, str) else [part.text for part in told.parts or () if part.text]
    system = tuple([Message(role="system", text=text) for text in texts])
    if decoded(raw) != _write_system(system):
        extra["systemInstruction"] = decoded(raw)
    return system


def _read_tools(raw: Raw, extra: dict[str, Any]) -> tuple[ToolSpec, ...]:
    kept = decoded(raw)
    tools = _specs(kept)
    if kept and kept != _write_tools(tools):
        extra["tools"] = kept
    return tools


def _specs(tools: Any) -> tuple[ToolSpec, ...]:
    return tuple(
        ToolSpec(
            name=str(told.get("name") or ""),
            description=str(told.get("description") or ""),
            schema=_first(told, "parametersJsonSchema", "parameters_json_schema", "parameters"),
        )
        for tool in (tools if isinstance(tools, list) else ())
        if isinstance(tool, dict)
        for told in _first(tool, "functionDeclarations", "function_declarations") or ()
        if isinstance(told, dict)
    )


def _first(told: dict[str, Any], *names: str) -> Any:
    return next((told[name] for name in names if told.get(name) is not None), None)


def _read_settings(fields: Fields, extra: dict[str, Any]) -> ModelSettings:
    more: dict[str, Any] = {}
    given = _camel(_object(fields.pop("generationConfig", _NOTHING)) or {}, _SETTINGS)
    settings = settings_of(given, _WORDS, more)
    if more:
        extra["generationConfig"] = more
    choice = decoded(fields.pop("toolConfig", _NOTHING))
    if choice is None:
        return settings
    neutral = _read_choice(choice)
    if neutral is None:
        extra["toolConfig"] = choice
        return settings
    return replace(settings, tool_choice=neutral)


def _read_choice(told: Any) -> Any:
    """`auto`, `none`, `required`, or `{"name": …}` for one tool; None for what is none of these."""
    if not isinstance(told, dict) or len(told) != 1:
        return None
    choice = _first(told, "functionCallingConfig", "function_calling_config")
    if not isinstance(choice, dict):
        return None
    mode, names = choice.get("mode"), _first(choice, "allowedFunctionNames", "allowed_function_names")
    if choice.keys() <= {"mode"}:
        return _CHOICES.get(str(mode))
    one = mode == "ANY" and isinstance(names, list) and len(names) == 1
    return {"name": names[0]} if one else None


# -- writing -------------------------------------------------------------------------------------


def write_request(request: ModelRequest) -> bytes:
    """The body that says `request`; entries that were kept stand as they came."""
    extra = {name: value for name, value in request.extra.items() if name != FORM}
    system = tuple(takewhile(lambda message: message.role == "system", request.messages))
    fields = present(
        systemInstruction=_told_system(system, extra.pop("systemInstruction", None)),
        contents=_write_contents(request.messages[len(system) :], extra.pop("contents", None)),
        tools=_told_tools(request.tools, extra.pop("tools", None)),
        toolConfig=_write_choice(request.settings.tool_choice, extra.pop("toolConfig", None)),
        generationConfig=_write_settings(request.settings, extra.pop("generationConfig", None)),
    )
    return to_json({**fields, **extra})


def _write_contents(messages: Sequence[Message], kept: Any) -> list[Any]:
    pairing, names = Pairing(), _names(messages)
    return put_back(
        messages,
        kept,
        read=lambda raw: _message(raw, pairing),
        write=lambda message: _write_message(message, names),
        spread=lambda raw: _each(raw) or [],
    )


def _names(messages: Iterable[Message]) -> dict[str, str]:
    """By the id of a call: the tool's name, which its result must tell again."""
    return {call.id: call.name for message in messages for call in message.tool_calls}


def _write_message(message: Message, names: dict[str, str]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {
            "functionResponse": {
                "id": result.call_id,
                "name": names.get(result.call_id, result.call_id),
                "response": response_of(result),
            }
        }
        for result in message.results
    ]
    if message.text or not (message.results or message.tool_calls):
        parts.append({"text": message.text})
    parts += [
        {"functionCall": {"id": call.id, "name": call.name, "args": as_object(call.arguments)}}
        for call in message.tool_calls
    ]
    return [{"role": "model" if message.role == "assistant" else "user", "parts": parts}]


def _write_system(system: Sequence[Message]) -> Any:
    return {"parts": [{"text": message.text} for message in system]} if system else None


def _told_system(system: tuple[Message, ...], kept: Any) -> Any:
    same = kept is not None and _read_system(Raw(to_json(kept)), {}) == system
    return kept if same else _write_system(system)


def _write_tools(tools: Sequence[ToolSpec]) -> Any:
    told = [
        present(name=tool.name, description=tool.description or None, parametersJsonSchema=tool.schema)
        for tool in tools
    ]
    return [{"functionDeclarations": told}] if told else None


def _told_tools(tools: tuple[ToolSpec, ...], kept: Any) -> Any:
    return kept if kept is not None and _specs(kept) == tools else _write_tools(tools)


def _write_choice(choice: Any, kept: Any) -> Any:
    if isinstance(choice, str):
        told: dict[str, Any] = {"mode": _MODES.get(choice, choice)}
    elif isinstance(choice, dict) and choice.keys() == {"name"}:
        told = {"mode": "ANY", "allowedFunctionNames": [choice["name"]]}
    else:
        return kept if choice is None else choice
    return {"functionCallingConfig": told}


def _write_settings(settings: ModelSettings, kept: Any) -> Any:
    told = present(
        temperature=settings.temperature,
        topP=settings.top_p,
        maxOutputTokens=settings.max_tokens,
        seed=settings.seed,
        stopSequences=settings.stop or None,
    )
    return {**told, **(kept or {})} or None
