"""Chat requests with results rewritten and hidden calls put back; all else stays as it came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._edits import Edits, Round, put_beside, put_in_front
from agentprobe.dialects._fields import decoded, text_in
from agentprobe.dialects._openai import free_choice
from agentprobe.dialects._spans import Member, Patches, Span, entries, members, plain_text, whole
from agentprobe.dialects._writing import to_json
from agentprobe.domain.model import ToolResult


class _Call(Struct, gc=False):
    id: str | None = None


class _Message(Struct, gc=False):
    role: str = ""
    content: Raw = Raw(b"null")
    tool_calls: list[_Call] | None = None
    tool_call_id: str | None = None


class _Body(Struct, gc=False):
    messages: list[_Message]


class _Function(Struct, gc=False):
    name: str = ""


class _Older(Struct, gc=False):
    """A message with a function's call, the form that came before tool calls."""

    function_call: _Function | None = None


_older = msgspec.json.Decoder(_Older).decode
_body = msgspec.json.Decoder(_Body).decode


def edited(body: bytes, edits: Edits) -> bytes:
    """The request with these edits; the same object where none of them applies."""
    plain = plain_text(body)
    told = _body(plain).messages
    if not _concerned(told, edits):
        return body
    fields = members(plain, whole(plain))
    patches = Patches(plain)
    _edit(plain, fields, told, edits, patches)
    return patches.applied() if patches else body


def _concerned(told: Sequence[_Message], edits: Edits) -> bool:
    """Can any edit apply? Told from ids alone, since most requests are not concerned."""
    results = {message.tool_call_id for message in told if message.role == "tool"}
    return bool(edits.more or edits.turns or edits.calls) or not results.isdisjoint(edits.results)


def _edit(
    text: bytes, fields: dict[str, Member], told: list[_Message], edits: Edits, patches: Patches
) -> None:
    array = fields["messages"].span
    placed = list(zip(told, entries(text, array), strict=True))
    results = [(message.tool_call_id or "", span) for message, span in placed if message.role == "tool"]
    for name, span in results:
        if name in edits.results:
            patches.replace(members(text, span)["content"].span, to_json(edits.results[name].content))
    wished = dict(_calls(text, placed)) if edits.calls else {}
    put_beside(patches, edits.calls, wished, lambda call, _: call.said)
    put_beside(patches, edits.calls, dict(results), lambda call, _: _told(call.result))
    by_call = {
        call.id: span for message, span in placed for call in message.tool_calls or () if call.id is not None
    }
    put_in_front(patches, edits.turns, by_call, list(_texts(placed, edits)), lambda turn, _: _entries(turn))
    if edits.more:
        patches.append(array, [entry for turn in edits.more for entry in _entries(turn)])
        free_choice(text, fields, patches)


def _calls(text: bytes, placed: list[tuple[_Message, Span]]) -> Iterator[tuple[str, Span]]:
    for message, span in placed:
        if message.tool_calls:
            array = members(text, span)["tool_calls"].span
            for call, place in zip(message.tool_calls, entries(text, array), strict=True):
                yield call.id or "", place


def _texts(placed: list[tuple[_Message, Span]], edits: Edits) -> Iterator[tuple[str, Span]]:
    if any(not turn.calls for turn in edits.turns):
        for message, span in placed:
            if message.role == "assistant":
                yield text_in(decoded(message.content)), span


def _entries(turn: Round) -> list[bytes]:
    if function := _older(turn.said.entries[0]).function_call:
        told = {"role": "function", "name": function.name, "content": turn.results[0].content}
        return [*turn.said.entries, to_json(told)]
    return [*turn.said.entries, *map(_told, turn.results)]


def _told(result: ToolResult) -> bytes:
    return to_json({"role": "tool", "tool_call_id": result.call_id, "content": result.content})
