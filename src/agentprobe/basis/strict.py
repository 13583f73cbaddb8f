"""Plain data checked against a settings type, so that the first mistake is named by its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from agentprobe.errors import did_you_mean

T = TypeVar("T")
KeyPath = tuple[str | int, ...]
_WORDS = {"object": "table", "array": "list", "int": "whole number", "float": "number", "str": "text"}


class Mistake(Exception):
    """What is wrong, and at which key."""

    def __init__(self, path: KeyPath, text: str) -> None:
        super().__init__(text)
        self.path = path
        self.text = text


def decode(data: Mapping[str, Any], kind: type[T]) -> T:
    """Read `data` as `kind`; raises the first Mistake, with the nearest name for an unknown key."""
    for mistake in _mistakes(data, kind, ()):
        raise mistake
    return msgspec.convert(data, kind)


def _mistakes(value: Any, kind: Any, path: KeyPath) -> Iterator[Mistake]:
    inner = get_args(kind)
    if get_origin(kind) is UnionType and value is not None:
        whole = next((part for part in inner if _is_whole(part)), None)
        yield from _mistakes(value, whole, path) if whole else _leaf(value, kind, path)
    elif isinstance(value, dict) and _is_struct(kind):
        yield from _in_table(value, kind, path)
    elif isinstance(value, dict) and get_origin(kind) is dict:
        for key, item in value.items():
            yield from _mistakes(item, inner[1], (*path, key))
    elif isinstance(value, list) and get_origin(kind) is tuple:
        for place, item in enumerate(value):
            yield from _mistakes(item, inner[0], (*path, place))
        yield from _leaf(value, kind, path)
    elif isinstance(value, str) and isinstance(kind, type) and issubclass(kind, Enum):
        known = [str(one.value) for one in kind]
        if value not in known:
            yield Mistake(path, f"unknown name '{value}'{did_you_mean(value, known)}")
    else:
        yield from _leaf(value, kind, path)


def _in_table(value: dict[str, Any], kind: type[msgspec.Struct], path: KeyPath) -> Iterator[Mistake]:
    hints = get_type_hints(kind, include_extras=True)
    for key, item in value.items():
        if key not in hints:
            yield Mistake((*path, key), f"unknown key '{key}'{did_you_mean(key, hints)}")
        else:
            yield from _mistakes(item, hints[key], (*path, key))
    for field in msgspec.structs.fields(kind):
        if field.required and field.name not in value:
            yield Mistake(path, f"the key '{field.name}' is missing")


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _is_whole(kind: Any) -> bool:
    """Is it a type with an inside of its own, such as the table in `World | None`?"""
    return _is_struct(kind) or get_origin(kind) in (tuple, dict)


def _leaf(value: Any, kind: Any, path: KeyPath) -> Iterator[Mistake]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield Mistake(path, _in_plain_words(str(error)))


def _in_plain_words(text: str) -> str:
    """The decoder's message with the words that settings files use."""
    text = text.partition(" - at ")[0].replace("`", "")
    text = re.sub(r"\b(object|array|int|float|str)\b", lambda found: _WORDS[found[0]], text)
    text = text.replace(" | null", "")
    if text.startswith("Expected text matching regex"):
        return "expected a reference of the form 'module:name'"
    return text[:1].lower() + text[1:]
