"""Message requests: their JSON read into neutral values and written back."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Raw, Struct

from agentprobe.dialects._dialect import Outline
from agentprobe.dialects._fields import (
    Fields,
    Words,
    decoded,
    flag,
    number,
    present,
    settings_of,
    some,
    string,
    strings,
    text_in,
    whole,
)
from agentprobe.dialects._kept import Sayable, put_back
from agentprobe.dialects._tools import ToolLists
from agentprobe.dialects._writing import to_json
from agentprobe.domain.model import Message, ModelRequest, ModelSettings, ToolCall, ToolResult, ToolSpec

# -- what neutral words can say entirely ---------------------------------------------------------


class _Text(Struct, gc=False, forbid_unknown_fields=True, tag_field="type", tag="text"):
    text: str


class _ToolUse(Struct, gc=False, forbid_unknown_fields=True, tag_field="type", tag="tool_use"):
    id: str
    name: str
    input: Raw


class _ToolResult(Struct, gc=False, forbid_unknown_fields=True, tag_field="type", tag="tool_result"):
    tool_use_id: str
    content: str | Annotated[list[_Text], Meta(max_length=1)] = ""
    is_error: bool = False


class _PlainMessage(Struct, gc=False, forbid_unknown_fields=True):
    role: Literal["user", "assistant", "system"]
    content: str | list[_Text | _ToolUse | _ToolResult]


class _PlainTool(Struct, gc=False, forbid_unknown_fields=True):
    name: str
    description: str | None = None
    input_schema: Raw = Raw()
    type: Literal["custom"] | None = None


_RANKS = {_ToolResult: 0, _Text: 1, _ToolUse: 2}


def _in_order(message: _PlainMessage) -> bool:
    """Do the blocks stand as we would write them: results, one text, tool calls?"""
    if isinstance(message.content, str):
        return True
    ranks = [_RANKS[type(block)] for block in message.content]
    return ranks == sorted(ranks) and ranks.count(1) <= 1


# -- the rest: read for what it says in neutral words, and kept as it came -----------------------


class _AnyBlock(Struct, gc=False):
    type: str
    text: str | None = None
    id: str = ""
    name: str = ""
    input: Raw = Raw(b"{}")
    tool_use_id: str = ""
    content: Any = None
    is_error: bool | None = None


class _AnyMessage(Struct, gc=False):
    role: str
    content: str | list[_AnyBlock]


class _AnyTool(Struct, gc=False):
    name: str = ""
    description: str | None = None
    input_schema: Any = None


class _Said(Struct, gc=False):
    """Who says a message; what is said stays unread."""

    role: str
    content: Raw


_said = msgspec.json.Decoder(list[_Said]).decode
_messages = msgspec.json.Decoder(list[_AnyMessage]).decode
_one_message = msgspec.json.Decoder(_AnyMessage).decode
_tools = msgspec.json.Decoder(list[_AnyTool] | None).decode
_one_tool = msgspec.json.Decoder(_AnyTool).decode
_system = msgspec.json.Decoder(str | list[_AnyBlock] | None).decode
_one_block = msgspec.json.Decoder(_AnyBlock).decode
_SAYABLE_MESSAGES = Sayable(_PlainMessage, _in_order)
_SAYABLE_TOOLS = Sayable(_PlainTool)
_SAYABLE_SYSTEM = Sayable(_Text)

_WORDS: Words = {
    "temperature": ("temperature", number),
    "top_p": ("top_p", number),
    "max_tokens": ("max_tokens", whole),
    "stop_sequences": ("stop", strings),
}
_NOTHING = Raw(b"null")
_CHOICES = {"auto": "auto", "none": "none", "any": "required"}
_CHOICE_WORDS = {ours: theirs for theirs, ours in _CHOICES.items()}


def read_request(fields: Fields) -> ModelRequest:
    """A whole request; what has no neutral word stays in `extra`.

    Each block of the system prompt is a system message of its own, in front of all others.
    """
    extra: dict[str, Any] = {}
    model = string(fields.pop("model"))
    messages = _read_messages(fields.pop("messages"), extra)
    system = _read_system(fields.pop("system"), extra) if "system" in fields else ()
    tools = _TOOL_LISTS.read(fields.pop("tools"), extra) if "tools" in fields else ()
    stream = "stream" in fields and flag(fields.pop("stream")) is True
    return ModelRequest(
        model=model,
        messages=(*system, *messages) if system else messages,
        tools=tools,
        settings=_read_settings(fields, extra),
        stream=stream,
        stream_usage=stream,
        extra=extra,
    )


def outline(fields: Fields) -> Outline:
    """What a trace notes of a request: of the messages only the system's are read."""
    fields.pop("model")
    messages, told = fields.pop("messages"), fields.pop("system", _NOTHING)
    tools = fields.pop("tools", _NOTHING)
    blocks, said = _read_system(told, {}), _said(messages)
    system = [block.text for block in blocks]
    system += [text_in(decoded(one.content)) for one in said if one.role == "system"]
    stream = "stream" in fields and flag(fields.pop("stream")) is True
    settings, prompt = _read_settings(fields, {}), bytes(messages)
    if some(told):
        prompt = b"[" + some(told) + (b"," if said else b"") + prompt[1:]
    return Outline(settings, stream, "\n\n".join(system), some(tools), prompt, len(blocks) + len(said))


def _read_settings(fields: Fields, extra: dict[str, Any]) -> ModelSettings:
    choice = fields.pop("tool_choice", None)
    settings = settings_of(fields, _WORDS, extra)
    return settings if choice is None else _with_choice(settings, decoded(choice))


def _read_messages(raw: Raw, extra: dict[str, Any]) -> tuple[Message, ...]:
    if kept := _SAYABLE_MESSAGES.others(raw):
        extra["messages"] = kept
    return tuple([_message(message) for message in _messages(raw)])


def _message(message: _AnyMessage) -> Message:
    content = message.content
    if isinstance(content, str):
        return Message(role=message.role, text=content)
    text = "".join([block.text or "" for block in content if block.type == "text"])
    results = tuple([_result(block) for block in content if block.type == "tool_result"])
    return Message(
        role="tool" if results and not text else message.role,
        text=text,
        tool_calls=tuple([_call(block) for block in content if block.type == "tool_use"]),
        results=results,
    )


def _call(block: _AnyBlock) -> ToolCall:
    return ToolCall(id=block.id, name=block.name, arguments=arguments_of(block.input))


def arguments_of(given: Raw) -> str:
    """Arguments as JSON text; a string holds text that is no JSON object."""
    text = bytes(given)
    return string(given) if text.startswith(b'"') else text.decode()


def _result(block: _AnyBlock) -> ToolResult:
    return ToolResult(
        call_id=block.tool_use_id, content=text_in(block.content), is_error=block.is_error is True
    )


def _read_system(raw: Raw, extra: dict[str, Any]) -> tuple[Message, ...]:
    system = _system(raw)
    if isinstance(system, str):
        return (Message(role="system", text=system),) if system else ()
    if system and (kept := _SAYABLE_SYSTEM.others(raw)):
        extra["system"] = kept
    return tuple([_system_message(block) for block in system or ()])


def _system_message(block: _AnyBlock) -> Message:
    return Message(role="system", text=block.text or "")


def _spec(tool: _AnyTool) -> ToolSpec:
    return ToolSpec(name=tool.name, description=tool.description or "", schema=tool.input_schema)


_TOOL_LISTS = ToolLists(lambda text: [_spec(tool) for tool in _tools(text) or ()], _SAYABLE_TOOLS)


def _with_choice(settings: ModelSettings, choice: Any) -> ModelSettings:
    """The choice among tools in our words, as OpenAI's dialects have it, or as it came."""
    if not isinstance(choice, dict):
        return settings
    single = choice.get("disable_parallel_tool_use")
    if choice.get("type") == "tool":
        neutral: Any = {"name": choice.get("name")}
    else:
        neutral = _CHOICES.get(str(choice.get("type")), choice)
    return replace(
        settings,
        tool_choice=neutral,
        parallel_tool_calls=not single if isinstance(single, bool) else None,
    )


# -- writing -------------------------------------------------------------------------------------


def write_request(request: ModelRequest) -> bytes:
    """The body that says `request`; entries that were kept stand as they came."""
    extra = dict(request.extra)
    settings = request.settings
    system = list(takewhile(lambda message: message.role == "system", request.messages))
    fields = present(
        model=request.model,
        max_tokens=settings.max_tokens,
        system=_write_system(system, extra.pop("system", None)),
        messages=put_back(
            request.messages[len(system) :],
            extra.pop("messages", None),
            read=lambda raw: _message(_one_message(raw)),
            write=_write_message,
        ),
        tools=put_back(
            request.tools,
            extra.pop("tools", None),
            read=lambda raw: _spec(_one_tool(raw)),
            write=_write_tool,
        )
        or None,
        temperature=settings.temperature,
        top_p=settings.top_p,
        stop_sequences=settings.stop or None,
        tool_choice=_write_choice(settings),
        stream=request.stream or None,
    )
    return to_json({**fields, **extra})


def _write_system(messages: list[Message], kept: object) -> Any:
    if not kept and len(messages) <= 1:
        return messages[0].text if messages else None
    return put_back(
        messages,
        kept,
        read=lambda raw: _system_message(_one_block(raw)),
        write=lambda message: [{"type": "text", "text": message.text}],
    )


def _write_message(message: Message) -> list[dict[str, Any]]:
    role = "user" if message.role == "tool" else message.role
    if not message.results and not message.tool_calls:
        return [{"role": role, "content": message.text}]
    blocks = [_write_result(result) for result in message.results]
    if message.text:
        blocks.append({"type": "text", "text": message.text})
    blocks += [write_call(call, call.id) for call in message.tool_calls]
    return [{"role": role, "content": blocks}]


def _write_result(result: ToolResult) -> dict[str, Any]:
    return present(
        type="tool_result",
        tool_use_id=result.call_id,
        content=result.content,
        is_error=result.is_error or None,
    )


def write_call(call: ToolCall, name: str) -> dict[str, Any]:
    """A tool call as it stands in a message; arguments that are no JSON object stand as a string."""
    return {"type": "tool_use", "id": name, "name": call.name, "input": as_object(call.arguments)}


def as_object(arguments: str) -> Raw | str:
    """Arguments as the object they are, to the letter; otherwise as the text they are."""
    try:
        is_object = isinstance(decoded(Raw(arguments.encode())), dict)
    except (msgspec.DecodeError, RecursionError):
        is_object = False
    return Raw(arguments.strip().encode()) if is_object else arguments


def _write_tool(tool: ToolSpec) -> list[dict[str, Any]]:
    return [present(name=tool.name, description=tool.description or None, input_schema=tool.schema)]


def _write_choice(settings: ModelSettings) -> Any:
    choice, parallel = settings.tool_choice, settings.parallel_tool_calls
    if isinstance(choice, str):
        written: Any = {"type": _CHOICE_WORDS.get(choice, choice)}
    elif isinstance(choice, dict) and choice.keys() == {"name"}:
        written = {"type": "tool", **choice}
    else:
        written = choice
    if parallel is None:
        return written
    return {**(written or {"type": "auto"}), "disable_parallel_tool_use": not parallel}
