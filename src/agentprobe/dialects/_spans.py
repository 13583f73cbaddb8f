"""Where things stand in JSON text, so that one of them can be changed and all else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import Raw

from agentprobe.dialects._compression import sniffed
from agentprobe.dialects._fields import Fields, decoded

_KEY = re.compile(rb'[\s,{]*"(?:[^"\\]|\\.)*"\s*:\s*', re.DOTALL)
_BETWEEN = re.compile(rb"[\s,]*")
_object = msgspec.json.Decoder(Fields).decode
_array = msgspec.json.Decoder(list[Raw]).decode


class Span(NamedTuple):
    """A value's place: from its first byte to behind its last."""

    start: int
    end: int


class Member(NamedTuple):
    """A field of an object: where its key begins, where its value stands."""

    key: int
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The value alone."""
        return Span(self.start, self.end)


def plain_text(body: bytes) -> bytes:
    """A body without its compression; raises Malformed when that cannot be undone."""
    return sniffed(body) or body


def whole(text: bytes) -> Span:
    """All of a text."""
    return Span(0, len(text))


def members(text: bytes, span: Span) -> dict[str, Member]:
    """Where each field of an object stands; raises DecodeError for what is none, or has a field twice."""
    found: dict[str, Member] = {}
    fields = _object(text[span.start : span.end])
    at = text.index(b"{", span.start) + 1
    for name, raw in fields.items():
        key = _KEY.match(text, at)
        start = key.end() if key is not None else at
        at = start + len(bytes(raw))
        if text[start:at] != bytes(raw):
            raise msgspec.DecodeError("an object has a field twice")
        assert key is not None
        found[name] = Member(text.index(b'"', key.start()), start, at)
    return found


def entries(text: bytes, span: Span) -> list[Span]:
    """Where each entry of an array stands; raises DecodeError for what is none."""
    found = []
    listed = _array(text[span.start : span.end])
    at = text.index(b"[", span.start) + 1
    for raw in listed:
        between = _BETWEEN.match(text, at)
        start = between.end() if between is not None else at
        at = start + len(bytes(raw))
        found.append(Span(start, at))
    return found


def begins(text: bytes, span: Span, sign: bytes) -> bool:
    """Does a value begin with this sign, and so is it a list, an object, a text?"""
    return text[span.start : span.start + 1] == sign


def value_of(text: bytes, fields: dict[str, Member], name: str) -> Any:
    """A field's value as plain data; None where the object has no such field."""
    return decoded(Raw(text[fields[name].start : fields[name].end])) if name in fields else None


class Patches:
    """Changes to a text, made all at once; those at one place stand in the order in which they came."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._made: list[tuple[int, int, bytes]] = []

    def __bool__(self) -> bool:
        return bool(self._made)

    def replace(self, span: Span, data: bytes) -> None:
        """Put other bytes in a value's place."""
        self._made.append((span.start, span.end, data))

    def before(self, span: Span, data: bytes) -> None:
        """Put an entry in front of another one."""
        self._made.append((span.start, span.start, data + b","))

    def after(self, span: Span, data: bytes) -> None:
        """Put an entry behind another one."""
        self._made.append((span.end, span.end, b"," + data))

    def append(self, array: Span, data: Iterable[bytes]) -> None:
        """Put entries at an array's end."""
        more = b",".join(data)
        empty = not self._text[array.start + 1 : array.end - 1].strip()
        end = array.end - 1
        if more:
            self._made.append((end, end, more if empty else b"," + more))

    def begin(self, object: Span, data: bytes) -> None:
        """Put a field, key and value, at the beginning of an object."""
        empty = not self._text[object.start + 1 : object.end - 1].strip()
        self._made.append((object.start + 1, object.start + 1, data if empty else data + b","))

    def drop(self, fields: dict[str, Member], name: str) -> None:
        """Take a field out of an object."""
        order = sorted(fields.values())
        place = order.index(fields[name])
        if place:
            self._made.append((order[place - 1].end, order[place].end, b""))
        else:
            self._made.append((order[0].key, order[1].key if len(order) > 1 else order[0].end, b""))

    def keep(self, array: Span, kept: Iterable[Span]) -> None:
        """Leave only some of an array's entries."""
        self.replace(array, b"[%b]" % b",".join(self._text[s:e] for s, e in kept))

    def applied(self) -> bytes:
        """The changed text; the very same one where nothing was changed."""
        if not self._made:
            return self._text
        pieces, at = [], 0
        for start, end, data in sorted(self._made, key=lambda change: change[:2]):
            pieces += [self._text[at:start], data]
            at = end
        return b"".join([*pieces, self._text[at:]])
