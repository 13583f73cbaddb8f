"""The newest text of the user in a request: found, and changed where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec import Raw

from agentprobe.dialects._fields import decoded
from agentprobe.dialects._spans import (
    Member,
    Patches,
    Span,
    begins,
    entries,
    members,
    plain_text,
    value_of,
    whole,
)
from agentprobe.dialects._writing import to_json

_TEXTS = (None, "text", "input_text")
"""The types of parts that are text."""


class UserPlace(NamedTuple):
    """Where the turns of a request stand: a list of them, or a text that is all the user said."""

    turns: str
    said: str = ""
    """The field of a turn that says something: a text, or parts with texts."""


def reworded(body: bytes, change: Callable[[str], str], places: tuple[UserPlace, ...]) -> bytes:
    """The request with the user's newest text changed; the same object where there is none.

    Raises DecodeError for what is no request.
    """
    text = plain_text(body)
    fields = members(text, whole(text))
    found = next(
        (_newest(text, fields[place.turns], place) for place in places if place.turns in fields), None
    )
    if found is None:
        return body
    said = decoded(Raw(text[found.start : found.end]))
    changed = change(said)
    if changed == said:
        return body
    patches = Patches(text)
    patches.replace(found, to_json(changed))
    return patches.applied()


def _newest(text: bytes, turns: Member, place: UserPlace) -> Span | None:
    if begins(text, turns.span, b'"'):
        return turns.span
    if not begins(text, turns.span, b"["):
        return None
    for entry in reversed(entries(text, turns.span)):
        turn = members(text, entry) if begins(text, entry, b"{") else {}
        role = value_of(text, turn, "role")
        if (role == "user" or (role is None and "type" not in turn)) and place.said in turn:
            found = _text(text, turn[place.said].span)
            if found is not None:
                return found
    return None


def _text(text: bytes, said: Span) -> Span | None:
    """The last text in what a turn says."""
    if begins(text, said, b'"'):
        return said
    if not begins(text, said, b"["):
        return None
    for entry in reversed(entries(text, said)):
        part = members(text, entry) if begins(text, entry, b"{") else {}
        if value_of(text, part, "type") in _TEXTS and isinstance(value_of(text, part, "text"), str):
            return part["text"].span
    return None
