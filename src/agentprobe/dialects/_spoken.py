"""What dialects of JSON bodies and server-sent events have in common; all of ours are such."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from agentprobe.dialects import _asked_last, _offered, _sse
from agentprobe.dialects._asked_last import UserPlace
from agentprobe.dialects._compression import plain_body, plain_reply, without_framing
from agentprobe.dialects._conversation import Conversation
from agentprobe.dialects._dialect import Dialect
from agentprobe.dialects._edits import Edits, Gone, Said
from agentprobe.dialects._fields import BROKEN, Fields, decoded, split
from agentprobe.dialects._gathering import Gathering
from agentprobe.dialects._offered import Offer, OfferPlaces, Retelling
from agentprobe.dialects._sse import Frames
from agentprobe.domain.model import Failed, ModelAnswer, ModelError, ModelEvent, ModelRequest, Other
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.errors import Malformed

T = TypeVar("T")
UNREADABLE = "unreadable"
"""The type of an error that is ours: what came is no answer of this dialect."""

_EXCERPT = 200


class SpokenDialect(Dialect):
    """A dialect that is told by the end of its path and carried by JSON and events."""

    path_end: ClassVar[str]
    provider: ClassVar[str]
    """Whose protocol it is, for messages to people."""
    offer_places: ClassVar[OfferPlaces]
    """Where the tools stand that a request offers."""
    user_places: ClassVar[tuple[UserPlace, ...]] = (UserPlace("messages", "content"),)
    """Where the user's turns stand."""

    def claims(self, method: str, path: str) -> bool:
        return method == "POST" and path.rstrip("/").endswith(self.path_end)

    def read_request(self, body: bytes, target: str = "") -> ModelRequest:
        return self._read_fields(body, self._request)

    def _read_fields(self, body: bytes, read: Callable[[Fields], T]) -> T:
        try:
            return read(split(body))
        except KeyError as error:
            raise Malformed(f"no request to {self.provider}: the field {error} is missing") from error
        except BROKEN as error:
            raise Malformed(f"no request to {self.provider}: {error}") from error

    @abstractmethod
    def _request(self, fields: Fields) -> ModelRequest:
        """Raises DecodeError or KeyError for what is no request."""

    def read_answer(self, reply: HttpReply) -> ModelAnswer:
        try:
            body = plain_body(reply)
        except Malformed as error:
            return unreadable(str(error))
        if reply.status >= 400:
            return self._refusal(reply.status, body)
        if self._is_stream(reply, body):
            return self._streamed(body)
        try:
            return self._answer(body)
        except BROKEN as error:
            return unreadable(f"no answer of {self.provider}: {error}")

    def _refusal(self, status: int, body: bytes) -> ModelAnswer:
        """An error status: the provider's own envelope, or a page that stands in its place."""
        try:
            error = self._error_in(decoded(body))
        except BROKEN:
            error = None
        if error is not None:
            return ModelAnswer(error=error)
        excerpt = body[:_EXCERPT].decode("utf-8", "replace")
        return ModelAnswer(complete=False, error=ModelError(type=f"http_{status}", message=excerpt))

    def _error_in(self, envelope: Any) -> ModelError | None:
        """The error that a decoded body tells of."""
        return error_in(envelope)

    @abstractmethod
    def _answer(self, body: bytes) -> ModelAnswer:
        """Read a JSON body whose status says success; raises DecodeError for what is no answer."""

    def _streamed(self, body: bytes) -> ModelAnswer:
        """Read a stream that is there as a whole."""
        reader = self.reader()
        reader.feed(body)
        return reader.answer()

    def streams(self, reply: HttpReply) -> bool:
        return self._is_stream(reply, _readable(reply).body)

    def _is_stream(self, reply: HttpReply, body: bytes) -> bool:
        """Is this body a stream, judged by how it begins and what the reply says of it?"""
        if body.startswith(b"{"):
            return False
        if body.startswith((b"data:", b"event:", b":")):
            return True
        return "event-stream" in (reply.header("content-type") or "")

    def _cut(self, body: bytes) -> list[bytes]:
        """A stream cut into its frames; joined they are the stream."""
        return _sse.cut(body)

    def frames(self, reply: HttpReply) -> list[bytes]:
        return self._cut(_readable(reply).body)

    def write_frames(self, reply: HttpReply, frames: list[bytes]) -> HttpReply:
        head = HttpReply(status=reply.status, headers=without_framing(reply.headers))
        plain = _readable(reply)
        return _sse.in_frames(head, frames, _sse.arrivals(plain.chunks, self._cut(plain.body)))

    def edited(self, body: bytes, edits: Edits) -> bytes:
        return self._changed(lambda: self._edited(body, edits)) if edits else body

    def offers(self, body: bytes) -> tuple[Offer, ...]:
        return self._changed(lambda: _offered.offers(body, self.offer_places))

    def retold(self, body: bytes, retelling: Retelling) -> bytes:
        return self._changed(lambda: _offered.retold(body, retelling, self.offer_places))

    def reworded(self, body: bytes, change: Callable[[str], str]) -> bytes:
        return self._changed(lambda: _asked_last.reworded(body, change, self.user_places))

    def conversation(self, body: bytes) -> Conversation:
        return self._changed(lambda: self._conversation(body))

    @abstractmethod
    def _conversation(self, body: bytes) -> Conversation:
        """Raises DecodeError or KeyError for what is no request."""

    def _changed(self, change: Callable[[], T]) -> T:
        try:
            return change()
        except KeyError as error:
            raise Malformed(f"no request to {self.provider}: the field {error} is missing") from error
        except BROKEN as error:
            raise Malformed(f"no request to {self.provider}: {error}") from error

    @abstractmethod
    def _edited(self, body: bytes, edits: Edits) -> bytes:
        """Raises DecodeError or KeyError for what is no request."""

    def without(self, reply: HttpReply, gone: Gone) -> HttpReply:
        if reply.status >= 400:
            return reply
        try:
            body = plain_body(reply)
            if self._is_stream(reply, body):
                frames = self._cut(body)
                left = self._thinned_frames(frames, gone)
                return reply if left is frames else self.write_frames(reply, left)
            thinned = self._thinned(body, gone)
        except (*BROKEN, Malformed):  # what we cannot read, no agent's SDK can
            return reply
        return reply if thinned is body else _in_one_piece(reply, thinned)

    @abstractmethod
    def _thinned(self, body: bytes, gone: Gone) -> bytes:
        """A JSON answer without some calls; the same object where there are none."""

    @abstractmethod
    def _thinned_frames(self, frames: list[bytes], gone: Gone) -> list[bytes]:
        """A streamed answer without some calls; the same object where there are none."""

    def said(self, reply: HttpReply) -> Said:
        body = plain_body(reply)
        try:
            if self._is_stream(reply, body):
                return self._said_in(self._cut(body))
            return self._said(body)
        except (KeyError, *BROKEN) as error:
            raise Malformed(f"no answer of {self.provider}: {error}") from error

    @abstractmethod
    def _said(self, body: bytes) -> Said:
        """What a JSON answer says; raises DecodeError or KeyError for what is none."""

    @abstractmethod
    def _said_in(self, frames: list[bytes]) -> Said:
        """What a streamed answer says."""


class FrameReader:
    """Reads a streamed answer frame by frame; what a frame means is the dialect's own affair."""

    __slots__ = ("_frames", "_told")

    def __init__(self) -> None:
        self._frames = Frames()
        self._told = Gathering()

    def feed(self, data: bytes) -> list[ModelEvent]:
        events: list[ModelEvent] = []
        for name, text in self._frames.feed(data):
            found = self._events(name, text)
            self._told.take(found)
            events += found
        return events

    def answer(self) -> ModelAnswer:
        return self._told.answer()

    def _events(self, name: str, data: bytes | None) -> list[ModelEvent]:
        if data is None or self._told.ended:
            return [Other(name or "comment")]
        try:
            return self._read(name, data)
        except BROKEN as error:
            return [Failed(ModelError(type=UNREADABLE, message=f"a frame that is no event: {error}"))]

    def _read(self, name: str, data: bytes) -> list[ModelEvent]:
        """The events that a frame tells; raises DecodeError when it tells none."""
        raise NotImplementedError


def unreadable(message: str) -> ModelAnswer:
    """What stands for an answer that could not be read."""
    return ModelAnswer(complete=False, error=ModelError(type=UNREADABLE, message=message))


def error_in(envelope: Any) -> ModelError | None:
    """The error that a decoded body tells of, in the envelopes that providers and proxies use."""
    if not isinstance(envelope, dict):
        return None
    error = envelope.get("error") or envelope.get("detail") or envelope.get("message")
    return error_from(error) if error else None


def error_from(error: Any) -> ModelError:
    """An error as its envelope holds it: an object, or a text alone."""
    if not isinstance(error, dict):
        return ModelError(type="error", message=str(error))
    details = error.get("details")
    code = error.get("code") or (details.get("error_code") if isinstance(details, dict) else None)
    return ModelError(
        type=str(error.get("type") or code or "error"),
        message=str(error.get("message") or ""),
        code=None if code is None else str(code),
    )


def _in_one_piece(reply: HttpReply, body: bytes) -> HttpReply:
    """The reply with another body, which comes when the last of the old one came."""
    seconds = reply.chunks[-1].seconds if reply.chunks else 0.0
    head = HttpReply(status=reply.status, headers=without_framing(reply.headers))
    return head.with_chunks([Chunk(body, seconds)])


def _readable(reply: HttpReply) -> HttpReply:
    try:
        return plain_reply(reply)
    except Malformed:
        return reply
