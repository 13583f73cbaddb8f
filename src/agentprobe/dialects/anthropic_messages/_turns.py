"""The turns of a message request: each of its messages is one; results stand in a user's message."""

from __future__ import annotations

from msgspec import Raw

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
from agentprobe.dialects.anthropic_messages._request import arguments_of
from agentprobe.domain.model import ToolCall, ToolResult

WORDS = Words(
    turn=lambda role, text: to_json({"role": role, "content": text}),
    told=("content", "is_error"),
    system="system",
)
Block = tuple[Span, dict[str, Member]]


def conversation(body: bytes) -> Conversation:
    """What a request tells of the past."""
    text = plain_text(body)
    fields = members(text, whole(text))
    array, told = fields["messages"].span, fields.get("system")
    return Conversation(
        body=body,
        text=text,
        words=WORDS,
        array=array,
        turns=tuple(_turn(text, entry, message) for entry, message in objects_in(text, array)),
        system=told.span if told is not None else None,
        prompts=texts_of(text, fields, "system"),
    )


def _turn(text: bytes, entry: Span, message: dict[str, Member]) -> Turn:
    content = message["content"].span
    blocks = objects_in(text, content) if begins(text, content, b"[") else []
    results = tuple(
        _result(text, content, place, block)
        for place, block in blocks
        if word_in(text, block, "type") == "tool_result"
    )
    return Turn(
        role="tool" if results else word_in(text, message, "role"),
        entries=(entry,),
        said=texts_of(text, message, "content"),
        calls=tuple(
            PlacedCall(_call(text, block), place, content)
            for place, block in blocks
            if word_in(text, block, "type") == "tool_use"
        ),
        results=results,
    )


def _call(text: bytes, block: dict[str, Member]) -> ToolCall:
    given = block.get("input")
    arguments = arguments_of(Raw(text[given.start : given.end])) if given is not None else "{}"
    return ToolCall(id=word_in(text, block, "id"), name=word_in(text, block, "name"), arguments=arguments)


def _result(text: bytes, array: Span, place: Span, block: dict[str, Member]) -> PlacedResult:
    failed = block.get("is_error")
    result = ToolResult(
        call_id=word_in(text, block, "tool_use_id"),
        content=said_in(text, texts_of(text, block, "content")),
        is_error=failed is not None and text[failed.start : failed.end] == b"true",
    )
    return PlacedResult(result, place, array, block, place, place_of(text, block, "tool_use_id"))
