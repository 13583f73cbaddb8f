"""The fields of a request body: each decoded by itself, so that unknown ones come through untouched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Raw

from agentprobe.dialects._compression import sniffed
from agentprobe.domain.model import ModelSettings

Fields = dict[str, Raw]
BROKEN = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What decoding raises for bytes that are not what they should be."""
Words = Mapping[str, tuple[str, Callable[[Raw], Any]]]
"""Field of the protocol: our word for it, and how it is decoded."""

decoded = msgspec.json.Decoder().decode
"""Somebody else's JSON, as plain data."""
string = msgspec.json.Decoder(str).decode
flag = msgspec.json.Decoder(bool | None).decode
number = msgspec.json.Decoder(float | None).decode
whole = msgspec.json.Decoder(int | None).decode
_split = msgspec.json.Decoder(Fields).decode
_strings = msgspec.json.Decoder(str | list[str] | None).decode
_EMPTY = (b"[]", b'""', b"null")
_NO_SETTINGS = ModelSettings()


def split(body: bytes) -> Fields:
    """The fields of a body, which may be compressed; raises one of BROKEN."""
    try:
        return _split(body)
    except BROKEN:
        plain = sniffed(body)
        if plain is None:
            raise
        return _split(plain)


def strings(raw: Raw) -> tuple[str, ...]:
    """One text or several."""
    value = _strings(raw)
    return (value,) if isinstance(value, str) else tuple(value or ())


def settings_of(fields: Fields, words: Words, extra: dict[str, Any]) -> ModelSettings:
    """The settings among `fields`; whatever is none of them goes to `extra`."""
    values: dict[str, Any] = {}
    for name, raw in fields.items():
        word = words.get(name)
        if word is None:
            extra[name] = decoded(raw)
        else:
            values[word[0]] = word[1](raw)
    return ModelSettings(**values) if values else _NO_SETTINGS


def some(raw: Raw) -> bytes:
    """A list or a text as it came; nothing when it is empty."""
    text = bytes(raw)
    return b"" if text in _EMPTY else text


def text_in(content: Any) -> str:
    """The text of a content that is text, or a list of parts of which some are."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    found = [part.get("text") for part in parts if isinstance(part, dict)]
    return "".join([text for text in found if isinstance(text, str)])


def present(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None}
