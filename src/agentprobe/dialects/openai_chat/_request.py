"""Chat requests: their JSON read into neutral values and written back."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects import _openai
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
from agentprobe.domain.model import Message, ModelRequest, ToolCall, ToolResult, ToolSpec

# -- what neutral words can say entirely ---------------------------------------------------------


class _Function(Struct, gc=False, forbid_unknown_fields=True):
    name: str
    arguments: str


class _PlainCall(Struct, gc=False, forbid_unknown_fields=True):
    id: str
    function: _Function
    type: Literal["function"] = "function"


class _PlainMessage(Struct, gc=False, forbid_unknown_fields=True):
    role: Literal["system", "user", "assistant", "tool"]
    content: str | None = None
    tool_calls: list[_PlainCall] | None = None
    tool_call_id: str | None = None
    name: str | None = None


class _PlainSpec(Struct, gc=False, forbid_unknown_fields=True):
    name: str
    description: str | None = None
    parameters: Raw = Raw()


class _PlainTool(Struct, gc=False, forbid_unknown_fields=True):
    type: Literal["function"]
    function: _PlainSpec


# -- the rest: read for what it says in neutral words, and kept as it came -----------------------


class _Part(Struct, gc=False):
    text: str | None = None


class _AnyFunction(Struct, gc=False):
    name: str = ""
    arguments: str = ""
    input: str = ""


class _AnyCall(Struct, gc=False):
    id: str | None = None
    function: _AnyFunction | None = None
    custom: _AnyFunction | None = None


class _AnyMessage(Struct, gc=False):
    role: str
    content: str | list[_Part] | None = None
    tool_calls: list[_AnyCall] | None = None
    function_call: _AnyFunction | None = None
    tool_call_id: str | None = None
    name: str | None = None


class _AnySpec(Struct, gc=False):
    name: str = ""
    description: str | None = None
    parameters: Any = None


class _AnyTool(Struct, gc=False):
    function: _AnySpec | None = None
    custom: _AnySpec | None = None


class _Said(Struct, gc=False):
    """Who says a message; what is said stays unread."""

    role: str
    content: Raw = Raw(b"null")


_said = msgspec.json.Decoder(list[_Said]).decode
_messages = msgspec.json.Decoder(list[_AnyMessage]).decode
_one_message = msgspec.json.Decoder(_AnyMessage).decode
_tools = msgspec.json.Decoder(list[_AnyTool] | None).decode
_one_tool = msgspec.json.Decoder(_AnyTool).decode
_SAYABLE_MESSAGES = Sayable(_PlainMessage)
_SAYABLE_TOOLS = Sayable(_PlainTool)

_WORDS: Words = {
    "temperature": ("temperature", number),
    "top_p": ("top_p", number),
    "max_tokens": ("max_tokens", whole),
    "seed": ("seed", whole),
    "stop": ("stop", strings),
    "tool_choice": ("tool_choice", _openai.read_tool_choice),
    "parallel_tool_calls": ("parallel_tool_calls", flag),
}
_SYSTEM = ("system", "developer")
_NOTHING = Raw(b"null")
_NEWER = "max_completion_tokens"
"""The newer name of `max_tokens`; it also stays in `extra`, so that it is written under this name again."""


def read_request(fields: Fields) -> ModelRequest:
    """A whole request; what has no neutral word stays in `extra`."""
    extra: dict[str, Any] = {}
    model = string(fields.pop("model"))
    messages = _read_messages(fields.pop("messages"), extra)
    tools = _TOOL_LISTS.read(fields.pop("tools"), extra) if "tools" in fields else ()
    stream = "stream" in fields and flag(fields.pop("stream")) is True
    stream_usage = "stream_options" in fields and _asks_usage(fields.pop("stream_options"), extra)
    if _NEWER in fields:
        fields["max_tokens"] = fields[_NEWER]
    return ModelRequest(
        model=model,
        messages=messages,
        tools=tools,
        settings=settings_of(fields, _WORDS, extra),
        stream=stream,
        stream_usage=stream_usage,
        extra=extra,
    )


def outline(fields: Fields) -> Outline:
    """What a trace notes of a request: of the messages only the system's are read."""
    fields.pop("model")
    messages, tools = fields.pop("messages"), fields.pop("tools", _NOTHING)
    said = _said(messages)
    system = [text_in(decoded(one.content)) for one in said if one.role in _SYSTEM]
    stream = "stream" in fields and flag(fields.pop("stream")) is True
    if _NEWER in fields:
        fields["max_tokens"] = fields[_NEWER]
    settings = settings_of(fields, _WORDS, {})
    return Outline(settings, stream, "\n\n".join(system), some(tools), bytes(messages), len(said))


def _read_messages(raw: Raw, extra: dict[str, Any]) -> tuple[Message, ...]:
    if kept := _SAYABLE_MESSAGES.others(raw):
        extra["messages"] = kept
    return tuple([_message(message) for message in _messages(raw)])


def _message(message: _AnyMessage) -> Message:
    content = message.content
    text = content if isinstance(content, str) else "".join([part.text or "" for part in content or ()])
    if message.role in ("tool", "function"):
        result = ToolResult(call_id=message.tool_call_id or "", content=text)
        return Message(role="tool", results=(result,), name=message.name)
    return Message(
        role="system" if message.role == "developer" else message.role,
        text=text,
        tool_calls=_calls(message) if message.role == "assistant" else (),
        name=message.name,
    )


def _calls(message: _AnyMessage) -> tuple[ToolCall, ...]:
    calls = [_call(call.id, call.function or call.custom) for call in message.tool_calls or ()]
    if message.function_call is not None:
        calls.append(_call(None, message.function_call))
    return tuple(calls)


def _call(name: str | None, function: _AnyFunction | None) -> ToolCall:
    called = function or _AnyFunction()
    return ToolCall(id=name or "", name=called.name, arguments=called.arguments or called.input)


def _spec(tool: _AnyTool) -> ToolSpec:
    spec = tool.function or tool.custom or _AnySpec()
    return ToolSpec(name=spec.name, description=spec.description or "", schema=spec.parameters)


_TOOL_LISTS = ToolLists(lambda text: [_spec(tool) for tool in _tools(text) or ()], _SAYABLE_TOOLS)


def _asks_usage(raw: Raw, extra: dict[str, Any]) -> bool:
    options = decoded(raw)
    if not isinstance(options, dict):
        return False
    asked = options.pop("include_usage", False)
    if options:
        extra["stream_options"] = options
    return asked is True


# -- writing -------------------------------------------------------------------------------------


def write_request(request: ModelRequest) -> bytes:
    """The body that says `request`; entries that were kept stand as they came."""
    extra = dict(request.extra)
    settings = request.settings
    limit = _NEWER if extra.pop(_NEWER, None) is not None else "max_tokens"
    options = {**extra.pop("stream_options", {}), **({"include_usage": True} if request.stream_usage else {})}
    fields = present(
        model=request.model,
        messages=put_back(
            request.messages,
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
        **{limit: settings.max_tokens},
        seed=settings.seed,
        stop=settings.stop or None,
        tool_choice=_openai.write_tool_choice(settings.tool_choice, nested=True),
        parallel_tool_calls=settings.parallel_tool_calls,
        stream=request.stream or None,
        stream_options=options or None,
    )
    return to_json({**fields, **extra})


def _write_message(message: Message) -> list[dict[str, Any]]:
    results = [
        present(role="tool", tool_call_id=result.call_id, content=result.content, name=message.name)
        for result in message.results
    ]
    if results and not message.text:
        return results
    said = present(role=message.role, content=message.text, name=message.name)
    if message.tool_calls:
        said["content"] = message.text or None
        said["tool_calls"] = [write_call(call, call.id) for call in message.tool_calls]
    return [*results, said]


def write_call(call: ToolCall, id: str) -> dict[str, Any]:
    """A tool call as it stands in a message."""
    return {
        "id": id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _write_tool(tool: ToolSpec) -> list[dict[str, Any]]:
    spec = present(name=tool.name, description=tool.description or None, parameters=tool.schema)
    return [{"type": "function", "function": spec}]
