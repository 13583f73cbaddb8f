"""The turns of Gemini's requests: contents of the model in a row are one, else each content."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import msgspec

from agentprobe.dialects._conversation import Conversation, Words, field_of
from agentprobe.dialects._spans import Member, Span, begins, members, plain_text, whole
from agentprobe.dialects._turns import (
    PlacedCall,
    PlacedResult,
    Turn,
    objects_in,
    place_of,
    texts_in,
    texts_of,
    word_in,
)
from agentprobe.dialects._writing import to_json
from agentprobe.dialects.gemini._parts import Calls, Pairing, Part, response_of, result_of
from agentprobe.domain.model import ToolResult

_part = msgspec.json.Decoder(Part).decode
_ROLES = {"user": "user", "assistant": "model"}
WORDS = Words(
    turn=lambda role, text: to_json({"role": _ROLES.get(role, "user"), "parts": [{"text": text}]}),
    told=("response", "parts"),
    result=lambda _, text: to_json(response_of(ToolResult(call_id="", content=text))),
    system="systemInstruction",
    prompt=lambda text: to_json({"parts": [{"text": text}]}),
)
Content = tuple[Span, dict[str, Member]]


def conversation(body: bytes) -> Conversation:
    """What a request tells of the past."""
    text = plain_text(body)
    fields = members(text, whole(text))
    array, told = fields["contents"].span, field_of(fields, "systemInstruction", "system_instruction")
    return Conversation(
        body=body,
        text=text,
        words=WORDS,
        array=array,
        turns=_turns(text, array),
        system=told.span if told is not None else None,
        prompts=_prompts(text, told.span) if told is not None else (),
    )


def _prompts(text: bytes, place: Span) -> tuple[Span, ...]:
    if begins(text, place, b"{"):
        return texts_of(text, members(text, place), "parts")
    return texts_in(text, place)


def _turns(text: bytes, array: Span) -> tuple[Turn, ...]:
    found: list[Turn] = []
    pairing = Pairing()
    contents = objects_in(text, array)
    for is_model, group in groupby(contents, lambda one: word_in(text, one[1], "role") == "model"):
        told = list(group)
        turns = [told] if is_model else [[content] for content in told]
        found += [_turn(text, turn, pairing, is_model=is_model) for turn in turns]
    return tuple(found)


def _turn(text: bytes, contents: Sequence[Content], pairing: Pairing, *, is_model: bool) -> Turn:
    calls, results, naming = list[PlacedCall](), list[PlacedResult](), Calls()
    for _, content in contents:
        parts = content.get("parts")
        if parts is None or not begins(text, parts.span, b"["):
            continue
        for place, fields in objects_in(text, parts.span):
            part = _part(text[place.start : place.end])
            if part.call is not None:
                calls.append(PlacedCall(naming.named(part.call), place, parts.span))
            elif part.response is not None:
                results.append(_result(text, parts.span, place, fields, part, pairing))
    pairing.ask(one.call for one in calls)
    return Turn(
        role="assistant" if is_model else "tool" if results else "user",
        entries=tuple(span for span, _ in contents),
        said=tuple(place for _, content in contents for place in texts_of(text, content, "parts")),
        calls=tuple(calls),
        results=tuple(results),
    )


def _result(
    text: bytes, array: Span, place: Span, fields: dict[str, Member], part: Part, pairing: Pairing
) -> PlacedResult:
    assert part.response is not None
    told = field_of(fields, "functionResponse", "function_response")
    assert told is not None
    inner = members(text, told.span)
    result = result_of(part.response, pairing.answer(part.response))
    return PlacedResult(result, place, array, inner, told.span, place_of(text, inner, "id"))
