"""Web sockets without their sockets: frames out of bytes, messages out of frames, calls out of messages.

Over a web socket a model call is a text message `response.create`, and its answer is the messages that come
until one that ends it. Both have the same content as a request and a stream over HTTP, so both are led
through the corridor in that form.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader
from websockets.utils import accept_key

from agentprobe.basis.canonical import canonical
from agentprobe.dialects._sse import Frames
from agentprobe.domain.wire import Headers, HttpReply, HttpRequest
from agentprobe.errors import CutOff

CREATE = "response.create"
PATH_END = "/responses"
"""How the path ends at which a web socket carries model calls."""
LARGEST = 64 * 2**20
"""Bytes of the largest message that is taken."""
ENDINGS = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled", "error"}
)
"""The events after which nothing more of an answer comes."""
CONTROL = (Opcode.CLOSE, Opcode.PING, Opcode.PONG)


class _Typed(msgspec.Struct):
    type: str = ""


_typed = msgspec.json.Decoder(_Typed)


@dataclass(frozen=True, slots=True)
class Message:
    """One message, and the frames in which it came."""

    payload: bytes
    frames: tuple[Frame, ...]

    @property
    def type(self) -> str:
        """The event that it is; empty for what is no event."""
        try:
            return _typed.decode(self.payload).type
        except msgspec.MsgspecError:
            return ""


class FrameReader:
    """Puts frames together from bytes as they come."""

    def __init__(self, *, masked: bool) -> None:
        self._masked = masked
        self._stream = StreamReader()
        self._parsing = self._parse()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete, in order; raises CutOff for what is no web socket."""
        self._stream.feed_data(data)
        found: list[Frame] = []
        while True:
            try:
                next(self._parsing)
            except StopIteration as whole:
                found.append(whole.value)
                self._parsing = self._parse()
            except (WebSocketException, ValueError) as error:
                raise CutOff(f"what came over the web socket is no frame: {error}") from error
            else:
                return found

    def _parse(self) -> Generator[None, None, Frame]:
        return Frame.parse(self._stream.read_exact, mask=self._masked, max_size=LARGEST)


class Assembly:
    """Puts messages together from their frames."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []

    def take(self, frame: Frame) -> Message | None:
        """The message that a frame completes; raises CutOff when it grows too large."""
        self._frames.append(frame)
        if sum(len(part.data) for part in self._frames) > LARGEST:
            raise CutOff(f"a message over the web socket is larger than {LARGEST:,} bytes")
        if not frame.fin:
            return None
        frames, self._frames = tuple(self._frames), []
        return Message(b"".join(bytes(part.data) for part in frames), frames)


def accepted(headers: Headers, *more: tuple[str, str]) -> bytes:
    """The reply that opens the web socket which a request with these headers asks for."""
    key = next((value for name, value in headers if name.lower() == "sec-websocket-key"), "")
    lines = ("Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept_key(key)}")
    own = (f"{name}: {value}" for name, value in more)
    return "\r\n".join(("HTTP/1.1 101 Switching Protocols", *lines, *own, "", "")).encode("latin-1")


def text(payload: bytes) -> Frame:
    """A whole text message in one frame."""
    return Frame(Opcode.TEXT, payload)


def as_http(message: Message, opening: HttpRequest) -> HttpRequest:
    """The request over HTTP that says what a `response.create` says."""
    fields: dict[str, Any] = msgspec.json.decode(message.payload)
    fields.pop("type", None)
    body = canonical({**fields, "stream": True})
    own = (("content-type", "application/json"), ("content-length", str(len(body))))
    kept = tuple(
        (name, value) for name, value in opening.headers if not name.lower().startswith("sec-websocket-")
    )
    return replace(opening, method="POST", headers=(*kept, *own), body=body)


def as_event(message: Message) -> bytes:
    """A message as the frame of an event stream."""
    lines = b"".join(b"data: %b\n" % line for line in message.payload.splitlines() or [b""])
    return b"event: %b\n%b\n" % (message.type.encode(), lines)


def payloads(frames: Frames, data: bytes) -> Iterator[bytes]:
    """The messages that stand for the events of a stream which these bytes complete."""
    return (told for _, told in frames.feed(data) if told is not None and told != b"[DONE]")


def error_event(reply: HttpReply) -> bytes:
    """The message in which a provider says over a web socket what it says over HTTP in an error's reply."""
    try:
        said = msgspec.json.decode(reply.body)
    except msgspec.MsgspecError:
        said = None
    error = said.get("error") if isinstance(said, dict) else None
    told = error or {
        "type": "server_error",
        "code": None,
        "message": reply.body.decode("utf-8", "replace")[:200],
    }
    head = {name.lower(): value for name, value in reply.headers if name.lower().startswith(("retry-", "x-"))}
    return canonical({"type": "error", "status": reply.status, "error": told, "headers": head})
