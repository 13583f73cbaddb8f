"""Gemini's streams: whole answers one after the other, as events or as the elements of an array."""

from __future__ import annotations

from agentprobe.dialects._elements import Elements
from agentprobe.dialects._fields import BROKEN
from agentprobe.dialects._spoken import UNREADABLE, FrameReader
from agentprobe.dialects._sse import Frame, Frames
from agentprobe.dialects.gemini._answer import Response, response_in, usage, with_calls
from agentprobe.dialects.gemini._failure import error_of
from agentprobe.dialects.gemini._partial import Partial
from agentprobe.dialects.gemini._parts import Calls, Function, Part
from agentprobe.domain.model import (
    Begun,
    Ended,
    Failed,
    Finish,
    Finished,
    ModelError,
    ModelEvent,
    Other,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolArguments,
    ToolCallBegun,
    UsageSeen,
)


class EitherFrames:
    """Frames of a stream in either form, told by its first sign."""

    __slots__ = ("_elements", "_events", "_start")

    def __init__(self) -> None:
        self._start = b""
        self._events: Frames | None = None
        self._elements: Elements | None = None

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete, in order."""
        if self._events is None and self._elements is None:
            self._start += data
            first = self._start.lstrip()[:1]
            if not first:
                return []
            if first == b"[":
                self._elements = Elements()
            else:
                self._events = Frames()
            data = self._start
        if self._elements is not None:
            return [("", json_in(piece)) for piece in self._elements.feed(data)]
        return self._events.feed(data) if self._events is not None else []


def json_in(frame: bytes) -> bytes | None:
    """The object in a frame of either form; None where there is none."""
    start, end = frame.find(b"{"), frame.rfind(b"}")
    return frame[start : end + 1] if 0 <= start < end else None


class GeminiReader(FrameReader):
    """Reads a streamed answer; it goes on behind the reason for its end, where figures may still come."""

    __slots__ = ("_asked", "_begun", "_calls", "_either", "_open")

    def __init__(self) -> None:
        super().__init__()
        self._either = EitherFrames()
        self._calls = Calls()
        self._begun: tuple[str, str] | None = None
        self._asked = 0
        self._open: Partial | None = None

    def feed(self, data: bytes) -> list[ModelEvent]:
        events: list[ModelEvent] = []
        for name, text in self._either.feed(data):
            found = self._told_by(name, text)
            self._told.take(found)
            events += found
        return events

    def _told_by(self, name: str, data: bytes | None) -> list[ModelEvent]:
        if data is None:
            return [Other(name or "comment")]
        try:
            return self._read(name, data)
        except BROKEN as error:
            return [Failed(ModelError(type=UNREADABLE, message=f"a frame that is no event: {error}"))]

    def _read(self, name: str, data: bytes) -> list[ModelEvent]:
        told = response_in(data)
        if told.error:
            return [Failed(error_of(told.error))]
        events = [*self._beginning(told), *self._content(told), *self._end(told)]
        return events or [Other(name)]

    def _beginning(self, told: Response) -> list[ModelEvent]:
        named = (told.responseId or "", told.modelVersion or "")
        if self._begun is not None or not any(named):
            return []
        self._begun = named
        return [Begun(*named)]

    def _content(self, told: Response) -> list[ModelEvent]:
        first = told.first
        if first is None or first.content is None:
            return []
        return [event for part in first.content.parts or () for event in self._part(part)]

    def _part(self, part: Part) -> list[ModelEvent]:
        if part.call is not None:
            return self._call(part.call)
        if part.text is None:
            return [Other("part")]
        if not part.text:
            return []
        return [ReasoningDelta(part.text) if part.thought else TextDelta(part.text)]

    def _call(self, call: Function) -> list[ModelEvent]:
        """A call comes whole, or piece by piece until one does not say that more will come."""
        if self._open is None and not call.willContinue and not call.partialArgs:
            return self._whole(call)
        self._open = self._open or Partial()
        self._open.take(call)
        if call.willContinue:
            return []
        whole, self._open = self._open.whole(), None
        return self._whole(whole)

    def _whole(self, call: Function) -> list[ModelEvent]:
        named, index = self._calls.named(call), self._asked
        self._asked += 1
        return [ToolCallBegun(index, named.id, named.name), ToolArguments(index, named.arguments)]

    def _end(self, told: Response) -> list[ModelEvent]:
        events: list[ModelEvent] = []
        counts, ending = usage(told.usageMetadata), told.ending
        if counts is not None:
            events.append(UsageSeen(counts))
        if ending is not None:
            events += self._ending(*ending)
        return events

    def _ending(self, finish: Finish, raw: str, why: str | None) -> list[ModelEvent]:
        found: list[ModelEvent] = []
        if why and finish is Finish.CONTENT_FILTER:
            found.append(RefusalDelta(why))
        word = with_calls(finish, asked=self._asked > 0)
        assert word is not None
        return [*found, Finished(word, raw), Ended()]
