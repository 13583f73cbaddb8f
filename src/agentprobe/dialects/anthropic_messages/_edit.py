"""Message requests with results rewritten and hidden calls put back; all else stays as it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._edits import Edits, Round, put_beside, put_in_front
from agentprobe.dialects._fields import BROKEN, decoded, present, text_in
from agentprobe.dialects._spans import Member, Patches, Span, entries, members, plain_text, whole
from agentprobe.dialects._writing import to_json
from agentprobe.domain.model import ToolResult


class _Message(Struct, gc=False):
    role: str = ""
    content: Raw = Raw(b"null")


class _Body(Struct, gc=False):
    messages: list[_Message]


class _Block(Struct, gc=False):
    type: str = ""
    id: str = ""
    tool_use_id: str = ""


class _Placed(NamedTuple):
    """Where the tool calls and results of a request stand."""

    results: list[tuple[str, Span]]
    calls: dict[str, Span]
    turns: dict[str, Span]
    """By tool call: the message that it stands in."""


_body = msgspec.json.Decoder(_Body).decode
_ONE_AT_A_TIME = "disable_parallel_tool_use"
_blocks = msgspec.json.Decoder(list[_Block]).decode


def edited(body: bytes, edits: Edits) -> bytes:
    """The request with these edits; the same object where none of them applies."""
    plain = plain_text(body)
    told = _body(plain).messages
    if not edits.more and b"tool_result" not in plain and not edits.turns:
        return body
    fields = members(plain, whole(plain))
    array = fields["messages"].span
    spans = entries(plain, array)
    placed, patches = _placed(plain, told, spans), Patches(plain)
    for name, span in placed.results:
        if name in edits.results:
            _rewrite(plain, span, edits.results[name], patches)
    put_beside(patches, edits.calls, placed.calls, lambda call, _: call.said)
    put_beside(patches, edits.calls, dict(placed.results), lambda call, _: _told(call.result))
    texts = list(_texts(told, spans)) if edits.turns else []
    put_in_front(patches, edits.turns, placed.turns, texts, lambda turn, _: _entries(turn))
    if edits.more:
        patches.append(array, [entry for turn in edits.more for entry in _entries(turn)])
        _free_choice(plain, fields, patches)
    return patches.applied() if patches else body


def _placed(text: bytes, told: list[_Message], spans: list[Span]) -> _Placed:
    placed = _Placed([], {}, {})
    for message, span in zip(told, spans, strict=True):
        if bytes(message.content).startswith(b"["):
            array = members(text, span)["content"].span
            for block, place in zip(_blocks(message.content), entries(text, array), strict=True):
                if block.type == "tool_result":
                    placed.results.append((block.tool_use_id, place))
                elif block.type == "tool_use":
                    placed.calls[block.id], placed.turns[block.id] = place, span
    return placed


def _rewrite(text: bytes, span: Span, result: ToolResult, patches: Patches) -> None:
    """Put another result in the place of one: what it says, and whether it is an error."""
    block = members(text, span)
    _set(patches, span, block, "content", to_json(result.content))
    if result.is_error or "is_error" in block:
        _set(patches, span, block, "is_error", b"true" if result.is_error else b"false")


def _set(patches: Patches, span: Span, block: Mapping[str, Member], name: str, value: bytes) -> None:
    if name in block:
        patches.replace(block[name].span, value)
    else:
        patches.begin(span, b'"%b":%b' % (name.encode(), value))


def _texts(told: list[_Message], spans: list[Span]) -> Iterator[tuple[str, Span]]:
    for message, span in zip(told, spans, strict=True):
        if message.role == "assistant":
            yield text_in(decoded(message.content)), span


def _entries(turn: Round) -> list[bytes]:
    blocks = [Raw(_told(result)) for result in turn.results]
    return [*turn.said.entries, to_json({"role": "user", "content": blocks})]


def _told(result: ToolResult) -> bytes:
    return to_json(
        present(
            type="tool_result",
            tool_use_id=result.call_id,
            content=result.content,
            is_error=result.is_error or None,
        )
    )


def with_parallel_calls(body: bytes, *, on: bool) -> bytes:
    """The request that allows several tool calls in one answer, or one; the same object where it does."""
    try:
        text = plain_text(body)
        fields, patches = members(text, whole(text)), Patches(text)
        _allow(text, fields, patches, on=on)
    except BROKEN:
        return body
    return patches.applied() if patches else body


def _allow(text: bytes, fields: dict[str, Member], patches: Patches, *, on: bool) -> None:
    choice, said = fields.get("tool_choice"), b"false" if on else b"true"
    if choice is None:
        if not on:
            patches.begin(whole(text), b'"tool_choice":{"type":"auto","%b":true}' % _ONE_AT_A_TIME.encode())
        return
    told = members(text, choice.span)
    if _ONE_AT_A_TIME in told:
        place = told[_ONE_AT_A_TIME].span
        if text[place.start : place.end] != said:
            patches.replace(place, said)
    elif not on:
        patches.begin(choice.span, b'"%b":true' % _ONE_AT_A_TIME.encode())


def _free_choice(text: bytes, fields: dict[str, Member], patches: Patches) -> None:
    """Let a model that was made to call a tool, and has done so, say what it likes."""
    choice = fields.get("tool_choice")
    if choice is None or text[choice.start : choice.end] == b"null":
        return
    told = members(text, choice.span)
    if decoded(Raw(text[told["type"].start : told["type"].end])) in ("any", "tool"):
        patches.replace(told["type"].span, b'"auto"')
        if "name" in told:
            patches.drop(told, "name")
