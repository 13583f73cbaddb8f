"""Requests for a response: their JSON read into neutral values and written back.

A turn of the assistant is several items here (reasoning, a message, one item a tool call); in our words it is
one message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects import _openai
from agentprobe.dialects._fields import (
    Fields,
    Words,
    flag,
    number,
    present,
    settings_of,
    string,
    text_in,
    whole,
)
from agentprobe.dialects._kept import Kept, Sayable, put_back
from agentprobe.dialects._tools import ToolLists
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.openai_responses._own_tools import (
    LOCAL_SHELL,
    OWN_TOOLS,
    arguments_of,
    is_ours,
    text_of,
)
from agentprobe.domain.model import Message, ModelRequest, ToolCall, ToolResult, ToolSpec

# -- what neutral words can say entirely ---------------------------------------------------------


class _PlainItem(Struct, gc=False, forbid_unknown_fields=True):
    type: Literal["message", "function_call", "function_call_output"] = "message"
    role: Literal["system", "user", "assistant"] | None = None
    content: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | None = None


class _PlainTool(Struct, gc=False, forbid_unknown_fields=True):
    type: Literal["function"]
    name: str
    description: str | None = None
    parameters: Raw = Raw()
    strict: None = None


# -- the rest: read for what it says in neutral words, and kept as it came -----------------------


class _Item(Struct, gc=False):
    type: str | None = None
    role: str | None = None
    content: Any = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    input: Any = None
    output: Any = None
    id: str | None = None
    action: Any = None
    operation: Any = None
    environment: Any = None


class _AnyTool(Struct, gc=False):
    type: str = ""
    name: str = ""
    description: str | None = None
    parameters: Any = None


_MESSAGE = (None, "message")

_each = msgspec.json.Decoder(list[Raw]).decode
_items = msgspec.json.Decoder(list[_Item]).decode
_tools = msgspec.json.Decoder(list[_AnyTool] | None).decode
_one_tool = msgspec.json.Decoder(_AnyTool).decode
_text = msgspec.json.Decoder(str | None).decode
_SAYABLE_ITEMS = Sayable(_PlainItem)
_SAYABLE_TOOLS = Sayable(_PlainTool)

_WORDS: Words = {
    "temperature": ("temperature", number),
    "top_p": ("top_p", number),
    "max_output_tokens": ("max_tokens", whole),
    "tool_choice": ("tool_choice", _openai.read_tool_choice),
    "parallel_tool_calls": ("parallel_tool_calls", flag),
}


def read_request(fields: Fields) -> ModelRequest:
    """A whole request; what has no neutral word stays in `extra`.

    The instructions are a system message in front of all others.
    """
    extra: dict[str, Any] = {}
    model = string(fields.pop("model")) if "prompt" not in fields or "model" in fields else ""
    told = _text(fields.pop("instructions")) if "instructions" in fields else None
    messages = _read_input(fields.pop("input"), extra, alone=not told) if "input" in fields else ()
    tools = _TOOL_LISTS.read(fields.pop("tools"), extra) if "tools" in fields else ()
    stream = "stream" in fields and flag(fields.pop("stream")) is True
    return ModelRequest(
        model=model,
        messages=(Message(role="system", text=told), *messages) if told else messages,
        tools=tools,
        settings=settings_of(fields, _WORDS, extra),
        stream=stream,
        stream_usage=stream,
        extra=extra,
    )


def _read_input(raw: Raw, extra: dict[str, Any], *, alone: bool) -> tuple[Message, ...]:
    if bytes(raw).startswith(b'"'):
        return (Message(role="user", text=string(raw)),)
    turns = list(_turns(_items(raw)))
    messages = tuple([_message(turn) for turn in turns])
    kept = _kept(raw, turns, first=alone and messages[:1] != () and messages[0].role == "system")
    if kept:
        extra["input"] = kept
    return messages


def _turns(items: Sequence[_Item]) -> Iterator[list[_Item]]:
    """Items that make up one message: all that the assistant said in a row, else each by itself."""
    for assistant, group in groupby(items, _is_assistants):
        if assistant:
            yield list(group)
        else:
            yield from ([item] for item in group)


def _is_assistants(item: _Item) -> bool:
    if item.type in _MESSAGE:
        return item.role == "assistant"
    return not _is_result(item)


def _is_result(item: _Item) -> bool:
    return item.type is not None and item.type.endswith("_output")


def _message(turn: list[_Item]) -> Message:
    first = turn[0]
    if _is_result(first):
        result = ToolResult(call_id=_answered(first), content=text_of(first.type, first.output))
        return Message(role="tool", results=(result,))
    said = [text_in(item.content) for item in turn if item.type in _MESSAGE]
    role = first.role if first.type in _MESSAGE and first.role else "assistant"
    return Message(
        role="system" if role == "developer" else role,
        text="".join(said),
        tool_calls=tuple([_call(item) for item in turn if is_ours(item.type, item.environment)]),
    )


def _answered(item: _Item) -> str:
    """The id of the call that a result belongs to."""
    return item.call_id or (item.id or "" if item.type == f"{LOCAL_SHELL}_output" else "")


def _call(item: _Item) -> ToolCall:
    if item.type in OWN_TOOLS:
        given = arguments_of(item.action, item.operation)
        return ToolCall(id=item.call_id or "", name=OWN_TOOLS[item.type], arguments=given)
    said = item.arguments if item.arguments is not None else item.input
    arguments = said if isinstance(said, str) else ""
    return ToolCall(id=item.call_id or "", name=item.name or "", arguments=arguments)


def _kept(raw: Raw, turns: list[list[_Item]], *, first: bool) -> Kept:
    """The turns that must be kept as they came; `first`: the first too, or it becomes the instructions."""
    others = _SAYABLE_ITEMS.others(raw)
    kept: Kept = {}
    entries = _each(raw) if others or first or not all(map(_in_order, turns)) else []
    at = 0
    for position, turn in enumerate(turns):
        span = range(at, at + len(turn))
        at += len(turn)
        if any(str(n) in others for n in span) or not _in_order(turn) or (first and position == 0):
            kept[str(position)] = to_json([entries[n] for n in span]).decode()
    return kept


def _in_order(turn: list[_Item]) -> bool:
    """Do the items stand as we would write them: one message, then calls?"""
    messages = [item.type in _MESSAGE for item in turn]
    return not any(messages[1:])


def _spec(tool: _AnyTool) -> ToolSpec | None:
    """A tool that the agent runs itself; the provider's own have no neutral word."""
    if tool.type not in ("function", "custom"):
        return None
    return ToolSpec(name=tool.name, description=tool.description or "", schema=tool.parameters)


_TOOL_LISTS = ToolLists(lambda text: [_spec(tool) for tool in _tools(text) or ()], _SAYABLE_TOOLS)


# -- writing -------------------------------------------------------------------------------------


def write_request(request: ModelRequest) -> bytes:
    """The body that says `request`; entries that were kept stand as they came."""
    extra = dict(request.extra)
    settings = request.settings
    kept = extra.pop("input", None)
    told, messages = _instructions(request.messages, kept)
    fields = present(
        model=request.model or None,
        instructions=told,
        input=put_back(
            messages,
            kept,
            read=_read_turn,
            write=_write_message,
            spread=_each,
        ),
        tools=put_back(
            request.tools,
            extra.pop("tools", None),
            read=lambda raw: _spec(_one_tool(raw)),
            write=lambda tool: [write_tool(tool)],
        )
        or None,
        temperature=settings.temperature,
        top_p=settings.top_p,
        max_output_tokens=settings.max_tokens,
        tool_choice=_openai.write_tool_choice(settings.tool_choice, nested=False),
        parallel_tool_calls=settings.parallel_tool_calls,
        stream=request.stream or None,
    )
    return to_json({**fields, **extra})


def _read_turn(raw: Raw) -> Message:
    return _message(_items(raw))


def _instructions(messages: tuple[Message, ...], kept: Any) -> tuple[str | None, tuple[Message, ...]]:
    """The instructions, and the other messages; a system message that came as an item stays one."""
    if not messages or messages[0].role != "system":
        return None, messages
    first = kept.get("0") if isinstance(kept, dict) else None
    if first is not None and _read_turn(Raw(first.encode())) == messages[0]:
        return None, messages
    return messages[0].text, messages[1:]


def _write_message(message: Message) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {"type": "function_call_output", "call_id": result.call_id, "output": result.content}
        for result in message.results
    ]
    if message.text or not (message.results or message.tool_calls):
        items.append({"role": message.role, "content": message.text})
    for call in message.tool_calls:
        given = {"call_id": call.id, "name": call.name, "arguments": call.arguments}
        items.append({"type": "function_call", **given})
    return items


def write_tool(tool: ToolSpec) -> dict[str, Any]:
    """A tool as it stands in a request."""
    return present(
        type="function", name=tool.name, description=tool.description or None, parameters=tool.schema
    )
