"""The turns of a request in their places: what each says, calls and answers, and where that stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from agentprobe.dialects._fields import string
from agentprobe.dialects._spans import Member, Span, begins, entries, members, value_of
from agentprobe.domain.model import ToolCall, ToolResult

_TEXTS = (None, "text", "input_text", "output_text")
"""The types of parts that are text."""


class PlacedCall(NamedTuple):
    """A tool call in a request: its entry, and the list that this stands in."""

    call: ToolCall
    entry: Span
    array: Span


class PlacedResult(NamedTuple):
    """A tool's result in a request."""

    result: ToolResult
    entry: Span
    """The message, item, block or part that tells it."""
    array: Span
    """The list that this stands in."""
    fields: dict[str, Member]
    """What tells it, field by field."""
    object: Span
    """Where these fields stand."""
    name: Span | None
    """The id of its call; None where the request does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of a conversation."""

    role: str
    """system, user, assistant, or tool for whatever tells results."""
    entries: tuple[Span, ...]
    """The entries of the list of turns that it is made of, one behind the other."""
    said: tuple[Span, ...] = ()
    """Its texts, as JSON strings."""
    calls: tuple[PlacedCall, ...] = ()
    results: tuple[PlacedResult, ...] = ()


def texts_in(text: bytes, place: Span) -> tuple[Span, ...]:
    """Where the texts of a content stand that is one text, or a list of parts of which some are."""
    if begins(text, place, b'"'):
        return (place,)
    if not begins(text, place, b"["):
        return ()
    return tuple(found for entry in entries(text, place) for found in _text_of(text, entry))


def _text_of(text: bytes, entry: Span) -> tuple[Span, ...]:
    part = members(text, entry) if begins(text, entry, b"{") else {}
    told = part.get("text")
    if told is None or not begins(text, told.span, b'"') or value_of(text, part, "thought") is True:
        return ()
    return (told.span,) if value_of(text, part, "type") in _TEXTS else ()


def texts_of(text: bytes, fields: dict[str, Member], name: str) -> tuple[Span, ...]:
    """The same of a field; nothing where there is none."""
    return texts_in(text, fields[name].span) if name in fields else ()


def word_in(text: bytes, fields: dict[str, Member], name: str) -> str:
    """A field that is a text; empty for everything else."""
    value = value_of(text, fields, name)
    return value if isinstance(value, str) else ""


def place_of(text: bytes, fields: dict[str, Member], name: str) -> Span | None:
    """Where the text of a field stands that is a text; None for everything else."""
    found = fields.get(name)
    return found.span if found is not None and begins(text, found.span, b'"') else None


def said_in(text: bytes, places: tuple[Span, ...]) -> str:
    """What these JSON strings say, joined."""
    return "".join([string(Raw(text[start:end])) for start, end in places])


def objects_in(text: bytes, array: Span) -> list[tuple[Span, dict[str, Member]]]:
    """The entries of a list with their fields; raises DecodeError where one is no object."""
    return [(entry, members(text, entry)) for entry in entries(text, array)]


def as_text(value: Any) -> str:
    """A value as the text it is, or as its JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
