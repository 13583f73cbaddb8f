"""Gemini's requests with results rewritten and hidden calls put back; all else stays as it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._edits import Edits, HiddenCall, Round, put_beside, put_in_front
from agentprobe.dialects._fields import decoded
from agentprobe.dialects._spans import Member, Patches, Span, entries, members, plain_text, whole
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.gemini._parts import (
    Calls,
    Content,
    Function,
    Pairing,
    Part,
    response_of,
    write_response,
)
from agentprobe.domain.model import ToolResult

_TEXTS = ("result", "output")


class _Body(Struct, gc=False):
    contents: list[Content]


class _Placed(NamedTuple):
    """Where the calls and results of a request stand."""

    results: list[tuple[str, Span]]
    calls: dict[str, Span]
    turns: dict[str, Span]
    """By call: the content with which its turn begins."""
    texts: list[tuple[str, Span]]
    """What the model said, and the content with which that turn begins."""


_body = msgspec.json.Decoder(_Body).decode
_part = msgspec.json.Decoder(Part).decode


def edited(body: bytes, edits: Edits) -> bytes:
    """The request with these edits; the same object where none of them applies."""
    plain = plain_text(body)
    told = _body(plain).contents
    fields = members(plain, whole(plain))
    array = fields["contents"].span
    placed, patches = _placed(plain, told, entries(plain, array)), Patches(plain)
    for name, span in placed.results:
        if name in edits.results:
            _rewrite(plain, span, edits.results[name], patches)
    put_beside(patches, edits.calls, placed.calls, lambda call, _: call.said)
    put_beside(patches, edits.calls, dict(placed.results), lambda call, _: _told(call))
    put_in_front(patches, edits.turns, placed.turns, placed.texts, lambda turn, _: _entries(turn))
    if edits.more:
        patches.append(array, [entry for turn in edits.more for entry in _entries(turn)])
        _free_choice(plain, fields, patches)
    return patches.applied() if patches else body


def _placed(text: bytes, told: list[Content], spans: list[Span]) -> _Placed:
    placed, pairing = _Placed([], {}, {}, []), Pairing()
    for is_model, group in groupby(zip(told, spans, strict=True), key=lambda one: one[0].role == "model"):
        turn = list(group)
        calls, beginning = Calls(), turn[0][1]
        if is_model:
            said = "".join(part.said for content, _ in turn for part in content.parts or ())
            placed.texts.append((said, beginning))
        for part, place in (
            each for content, span in turn for each in _each(text, content.parts or [], span)
        ):
            if part.call is not None:
                call = calls.named(part.call)
                pairing.ask([call])
                placed.calls[call.id], placed.turns[call.id] = place, beginning
            elif part.response is not None:
                placed.results.append((pairing.answer(part.response), place))
    return placed


def _each(text: bytes, parts: list[Part], span: Span) -> Iterator[tuple[Part, Span]]:
    """The parts of a content that are calls or results, with their places."""
    if any(part.call is not None or part.response is not None for part in parts):
        array = members(text, span)["parts"].span
        yield from zip(parts, entries(text, array), strict=True)


def _rewrite(text: bytes, span: Span, result: ToolResult, patches: Patches) -> None:
    """Put another result in the place of one; the key under which a text stood stays."""
    part = members(text, span)
    inner = part["functionResponse" if "functionResponse" in part else "function_response"].span
    told = members(text, inner)
    if "response" not in told:
        patches.begin(inner, b'"response":' + to_json(response_of(result)))
        return
    place = told["response"].span
    before = members(text, place) if text[place.start : place.start + 1] == b"{" else {}
    if len(before) == 1 and not result.is_error:
        ((key, member),) = before.items()
        if key in _TEXTS and text[member.start : member.start + 1] == b'"':
            patches.replace(member.span, to_json(result.content))
            return
    patches.replace(place, to_json(response_of(result)))


def _called(said: bytes) -> Function:
    return _part(said).call or Function()


def _told(call: HiddenCall) -> bytes:
    function = _called(call.said)
    return write_response(call.result, function.name or "", function.id)


def _entries(turn: Round) -> list[bytes]:
    functions = map(_called, turn.said.calls)
    parts = [
        Raw(write_response(result, function.name or "", function.id))
        for function, result in zip(functions, turn.results, strict=True)
    ]
    return [*turn.said.entries, to_json({"role": "user", "parts": parts})]


def _free_choice(text: bytes, fields: Mapping[str, Member], patches: Patches) -> None:
    """Let a model that was made to call a tool, and has done so, say what it likes."""
    told = fields.get("toolConfig") or fields.get("tool_config")
    if told is None or text[told.start : told.start + 1] != b"{":
        return
    config = members(text, told.span)
    choice = config.get("functionCallingConfig") or config.get("function_calling_config")
    if choice is None or text[choice.start : choice.start + 1] != b"{":
        return
    said = members(text, choice.span)
    mode = said.get("mode")
    if mode is not None and decoded(Raw(text[mode.start : mode.end])) == "ANY":
        patches.replace(choice.span, b'{"mode":"AUTO"}')
