"""The turns of a chat request: each of its messages is one."""

from __future__ import annotations

from agentprobe.dialects._conversation import Conversation, Words
from agentprobe.dialects._spans import Member, Span, begins, members, plain_text, whole
from agentprobe.dialects._turns import (
    PlacedCall,
    PlacedResult,
    Turn,
    objects_in,
    place_of,
    said_in,
    texts_of,
    word_in,
)
from agentprobe.dialects._writing import to_json
from agentprobe.domain.model import ToolCall, ToolResult

_SYSTEM = ("system", "developer")
WORDS = Words(turn=lambda role, text: to_json({"role": role, "content": text}), told=("content",))


def conversation(body: bytes) -> Conversation:
    """What a request tells of the past."""
    text = plain_text(body)
    array = members(text, whole(text))["messages"].span
    turns = tuple(_turn(text, array, entry, message) for entry, message in objects_in(text, array))
    return Conversation(body=body, text=text, words=WORDS, array=array, turns=turns)


def _turn(text: bytes, array: Span, entry: Span, message: dict[str, Member]) -> Turn:
    role, said = word_in(text, message, "role"), texts_of(text, message, "content")
    if role in ("tool", "function"):
        call = word_in(text, message, "tool_call_id")
        result = ToolResult(call_id=call, content=said_in(text, said))
        name = place_of(text, message, "tool_call_id")
        placed = PlacedResult(result, entry, array, message, entry, name)
        return Turn(role="tool", entries=(entry,), results=(placed,))
    return Turn(
        role="system" if role in _SYSTEM else role,
        entries=(entry,),
        said=said,
        calls=_calls(text, message),
    )


def _calls(text: bytes, message: dict[str, Member]) -> tuple[PlacedCall, ...]:
    told = message.get("tool_calls")
    if told is None or not begins(text, told.span, b"["):
        return ()
    return tuple(
        PlacedCall(_call(text, call), entry, told.span) for entry, call in objects_in(text, told.span)
    )


def _call(text: bytes, call: dict[str, Member]) -> ToolCall:
    """A call of either kind; a custom tool is called with a text."""
    called = call.get("function") or call.get("custom")
    said = members(text, called.span) if called is not None else {}
    given = word_in(text, said, "arguments") or word_in(text, said, "input")
    return ToolCall(id=word_in(text, call, "id"), name=word_in(text, said, "name"), arguments=given)
