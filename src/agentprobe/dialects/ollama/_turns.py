"""The turns of Ollama's requests: each message is one; a prompt to be completed is one alone."""

from __future__ import annotations

import msgspec

from agentprobe.dialects._conversation import Conversation, Words
from agentprobe.dialects._spans import Member, Span, begins, members, plain_text, whole
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
from agentprobe.dialects.ollama._calls import Calls, Pairing, Said
from agentprobe.domain.model import ToolResult

_said = msgspec.json.Decoder(Said).decode
WORDS = Words(turn=lambda role, text: to_json({"role": role, "content": text}), told=("content",))
GENERATES = WORDS._replace(system="system")


def conversation(body: bytes) -> Conversation:
    """What a request tells of the past."""
    text = plain_text(body)
    fields = members(text, whole(text))
    if "messages" not in fields and "prompt" in fields:
        return _alone(body, text, fields)
    pairing = Pairing()
    array = fields["messages"].span
    turns = tuple(_turn(text, array, entry, message, pairing) for entry, message in objects_in(text, array))
    return Conversation(body=body, text=text, words=WORDS, array=array, turns=turns)


def _alone(body: bytes, text: bytes, fields: dict[str, Member]) -> Conversation:
    told, system = fields["prompt"].span, fields.get("system")
    return Conversation(
        body=body,
        text=text,
        words=GENERATES,
        array=None,
        turns=(Turn(role="user", entries=(told,), said=texts_of(text, fields, "prompt")),),
        system=system.span if system is not None else None,
        prompts=texts_of(text, fields, "system"),
    )


def _turn(text: bytes, array: Span, entry: Span, message: dict[str, Member], pairing: Pairing) -> Turn:
    said = _said(text[entry.start : entry.end])
    if said.role == "tool":
        result = ToolResult(call_id=pairing.answer(said), content=said.content or "")
        name = place_of(text, message, "tool_call_id")
        placed = PlacedResult(result, entry, array, message, entry, name)
        return Turn(role="tool", entries=(entry,), results=(placed,))
    calls = _calls(text, message, said, pairing)
    return Turn(
        role=word_in(text, message, "role"),
        entries=(entry,),
        said=texts_of(text, message, "content"),
        calls=calls,
    )


def _calls(text: bytes, message: dict[str, Member], said: Said, pairing: Pairing) -> tuple[PlacedCall, ...]:
    told = message.get("tool_calls")
    if not said.tool_calls or told is None or not begins(text, told.span, b"["):
        return ()
    naming = Calls()
    wished = [(call, naming.named(call)) for call in said.tool_calls]
    pairing.ask(wished)
    places = objects_in(text, told.span)
    return tuple(
        PlacedCall(named, entry, told.span) for (_, named), (entry, _) in zip(wished, places, strict=True)
    )
