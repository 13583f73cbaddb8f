"""The turns of a request for a response: all that the assistant did in a row is one, else each item."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._conversation import Conversation, Words
from agentprobe.dialects._fields import decoded
from agentprobe.dialects._spans import Member, Span, begins, members, plain_text, value_of, whole
from agentprobe.dialects._turns import (
    PlacedCall,
    PlacedResult,
    Turn,
    objects_in,
    place_of,
    texts_of,
    word_in,
)
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.openai_responses._own_tools import (
    LOCAL_SHELL,
    OWN_TOOLS,
    arguments_of,
    is_ours,
    output_of,
    text_of,
)
from agentprobe.domain.model import ToolCall, ToolResult


class _Kind(Struct, gc=False):
    type: str | None = None


_kind = msgspec.json.Decoder(_Kind).decode
_SYSTEM = ("system", "developer")
_MESSAGE = ("", "message")
_RESULT = "_output"
Item = tuple[Span, dict[str, Member]]
WORDS = Words(
    turn=lambda role, text: to_json({"role": role, "content": text}),
    told=("output",),
    result=lambda item, text: to_json(output_of(_kind(item).type, text)),
    system="instructions",
)


def conversation(body: bytes) -> Conversation:
    """What a request tells of the past; where it names an earlier response, only what is new."""
    text = plain_text(body)
    fields = members(text, whole(text))
    given, told = fields.get("input"), fields.get("instructions")
    return Conversation(
        body=body,
        text=text,
        words=WORDS,
        array=given.span if given is not None and text[given.start : given.start + 1] in b'["' else None,
        turns=_turns(text, given.span) if given is not None else (),
        system=told.span if told is not None else None,
        prompts=texts_of(text, fields, "instructions"),
    )


def _turns(text: bytes, given: Span) -> tuple[Turn, ...]:
    if begins(text, given, b'"'):
        return (Turn(role="user", entries=(given,), said=(given,)),)
    found: list[Turn] = []
    for is_assistants, group in groupby(objects_in(text, given), lambda item: _is_assistants(text, item[1])):
        items = list(group)
        found += [_turn(text, given, items)] if is_assistants else [_turn(text, given, [i]) for i in items]
    return tuple(found)


def _is_assistants(text: bytes, item: dict[str, Member]) -> bool:
    kind = word_in(text, item, "type")
    if kind in _MESSAGE:
        return word_in(text, item, "role") == "assistant"
    return not kind.endswith(_RESULT)


def _turn(text: bytes, array: Span, items: Sequence[Item]) -> Turn:
    entry, first = items[0]
    kind = word_in(text, first, "type")
    if kind.endswith(_RESULT):
        return Turn(role="tool", entries=(entry,), results=(_result(text, array, entry, first),))
    role = word_in(text, first, "role") if kind in _MESSAGE else "assistant"
    messages = [item for _, item in items if word_in(text, item, "type") in _MESSAGE]
    return Turn(
        role="system" if role in _SYSTEM else role,
        entries=tuple(span for span, _ in items),
        said=tuple(place for item in messages for place in texts_of(text, item, "content")),
        calls=tuple(
            PlacedCall(_call(text, item), span, array) for span, item in items if _calls_us(text, item)
        ),
    )


def _calls_us(text: bytes, item: dict[str, Member]) -> bool:
    return is_ours(word_in(text, item, "type"), value_of(text, item, "environment"))


def _call(text: bytes, item: dict[str, Member]) -> ToolCall:
    kind = word_in(text, item, "type")
    name = OWN_TOOLS.get(kind) or word_in(text, item, "name")
    if kind in OWN_TOOLS:
        given = arguments_of(value_of(text, item, "action"), value_of(text, item, "operation"))
    else:
        given = word_in(text, item, "arguments") or word_in(text, item, "input")
    return ToolCall(id=word_in(text, item, "call_id"), name=name, arguments=given)


def _result(text: bytes, array: Span, entry: Span, item: dict[str, Member]) -> PlacedResult:
    kind = word_in(text, item, "type")
    field = "id" if kind == f"{LOCAL_SHELL}{_RESULT}" and "call_id" not in item else "call_id"
    output = item.get("output")
    said = text_of(kind, decoded(Raw(text[output.start : output.end]))) if output is not None else ""
    result = ToolResult(call_id=word_in(text, item, field), content=said)
    return PlacedResult(result, entry, array, item, entry, place_of(text, item, field))
