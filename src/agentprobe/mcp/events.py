"""Server-sent events that carry messages: cut out of a stream with every byte they came in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agentprobe.dialects._sse import Frames
from agentprobe.mcp.messages import Message, read

_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_ID = re.compile(rb"(?m)^id:[^\r\n]*")


class Event(NamedTuple):
    """One event as it stood on the wire, and the messages in it."""

    raw: bytes
    messages: tuple[Message, ...]

    @property
    def resumable(self) -> bool:
        """Does it carry an id from which a client may go on in another stream?"""
        return _ID.search(self.raw) is not None

    def saying(self, data: bytes) -> bytes:
        """The same event, under the same id, with another message in it."""
        found = _ID.search(self.raw)
        name = found[0] + b"\n" if found else b""
        return b"event: message\n%bdata: %b\n\n" % (name, data)


class Events:
    """Cuts what comes into events; what is not whole yet waits."""

    def __init__(self) -> None:
        self.rest = b""
        """What has come of an event that has no end yet."""

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that these bytes complete; together with `rest` they are all that came."""
        self.rest += data
        while (end := _END.search(self.rest)) is not None:
            raw, self.rest = self.rest[: end.end()], self.rest[end.end() :]
            yield Event(raw, _messages(raw))


def _messages(raw: bytes) -> tuple[Message, ...]:
    return tuple(message for _, data in Frames().feed(raw) if data for message in read(data))
