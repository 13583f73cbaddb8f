"""A JSON array that comes piece by piece: its elements as they become whole."""

from __future__ import annotations

import re

_SIGN = re.compile(rb'["\\{}\[\]]')
_STRING_END = re.compile(rb'["\\]')


class Elements:
    """Puts the objects of a JSON array together from bytes as they come."""

    __slots__ = ("_at", "_depth", "_in_string", "rest")

    def __init__(self) -> None:
        self.rest = b""
        """What has come behind the last whole element."""
        self._at = 0
        self._depth = 0
        self._in_string = False

    def feed(self, data: bytes) -> list[bytes]:
        """The pieces that these bytes complete: each ends with an object and begins with what led to it."""
        self.rest += data
        found: list[bytes] = []
        while (sign := self._next()) is not None:
            if self._in_string:
                self._in_string = sign == b"\\"
            elif sign == b'"':
                self._in_string = True
            elif sign == b"{":
                self._depth += 1
            elif sign == b"}":
                self._depth = max(self._depth - 1, 0)
                if not self._depth:
                    found.append(self._taken())
        return found

    def _next(self) -> bytes | None:
        """The next sign that means something; what an escape hides is passed over."""
        sign = (_STRING_END if self._in_string else _SIGN).search(self.rest, self._at)
        if sign is None:
            self._at = len(self.rest)
            return None
        if sign.group() == b"\\" and sign.end() == len(self.rest):
            self._at = sign.start()  # what it escapes is still to come
            return None
        self._at = sign.end() + (sign.group() == b"\\")
        return sign.group()

    def _taken(self) -> bytes:
        piece, self.rest = self.rest[: self._at], self.rest[self._at :]
        self._at = 0
        return piece


def cut(body: bytes) -> list[bytes]:
    """A whole array cut behind each of its elements; joined the pieces are the array."""
    elements = Elements()
    found = elements.feed(body)
    return [*found, elements.rest] if elements.rest else found
