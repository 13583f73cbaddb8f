"""Lines out of a stream of bytes, each with its end, however the bytes come."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 1 << 28
"""Bytes of a line that is waited for; a longer one passes in pieces, unread."""


class Lines:
    """Cuts what comes into lines; what has no end yet waits for it."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._parts: list[bytes] = []
        self._size = 0
        self._overlong = False

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """The pieces that are ready, each with whether it is a whole line; together they are what was fed."""
        while (end := data.find(b"\n")) >= 0:
            self._parts.append(data[: end + 1])
            data = data[end + 1 :]
            yield self.rest(), not self._overlong
            self._overlong = False
        if data:
            self._parts.append(data)
            self._size += len(data)
        if self._size > self._longest:
            self._overlong = True
            yield self.rest(), False

    def rest(self) -> bytes:
        """What has come since the last end of a line."""
        line = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts, self._size = [], 0
        return line
