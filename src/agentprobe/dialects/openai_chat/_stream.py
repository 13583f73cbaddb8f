"""Chat answers that come as a stream of chunks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.dialects._fields import BROKEN
from agentprobe.dialects._spoken import FrameReader, error_from
from agentprobe.dialects.openai_chat._answer import FINISHES, TokenCounts, reasoning_of, usage
from agentprobe.domain.model import (
    Begun,
    Ended,
    Failed,
    Finish,
    Finished,
    ModelAnswer,
    ModelEvent,
    Other,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolArguments,
    ToolCallBegun,
    UsageSeen,
)

DONE = b"[DONE]"


class _Function(Struct, gc=False):
    name: str | None = None
    arguments: str | None = None


class _Call(Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Delta(Struct, gc=False):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: Any = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None


class _Choice(Struct, gc=False):
    index: int = 0
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(Struct, gc=False):
    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: TokenCounts | None = None
    error: Any = None


_chunk = msgspec.json.Decoder(_Chunk).decode
_chunks = msgspec.json.Decoder(list[_Chunk]).decode
_FIRST, _NEXT, _LAST = b"data: ", b"\n\ndata: ", b"\n\ndata: " + DONE + b"\n\n"


def read_stream(body: bytes) -> ModelAnswer:
    """A streamed answer that is there as a whole, read as `ChatReader` does."""
    reader = ChatReader()
    chunks = _in_one_go(body)
    if chunks is None:
        reader.feed(body)
    else:
        reader.take_all(chunks)
    return reader.answer()


def _in_one_go(body: bytes) -> list[_Chunk] | None:
    """All chunks of a stream that came to its end; None where a frame is more than one line of data.

    The frames become one JSON array, because decoding that takes a third of the time of decoding each.
    """
    if not body.startswith(_FIRST) or not body.endswith(_LAST):
        return None
    frames = body[len(_FIRST) : -len(_LAST)]
    together = b"[%b]" % frames.replace(_NEXT, b",")
    if b"\n" in together or b"\r" in together:
        return None
    try:
        chunks = _chunks(together)
    except BROKEN:
        return None
    return chunks if len(chunks) == frames.count(_NEXT) + 1 else None


class ChatReader(FrameReader):
    """Reads a streamed chat answer; of several choices, the first."""

    __slots__ = ("_begun", "_calls")

    def __init__(self) -> None:
        super().__init__()
        self._begun = False
        self._calls: list[int] = []

    def answer(self) -> ModelAnswer:
        """What was read; a terminator that only lacks its empty line counts."""
        answer = super().answer()
        if not answer.complete and self._frames.rest.strip() == b"data: " + DONE:
            return replace(answer, complete=True)
        return answer

    def take_all(self, chunks: list[_Chunk]) -> None:
        """Take every chunk of a stream that came to its end."""
        said: list[str] = []
        for chunk in chunks:
            text = _only_text(chunk) if self._begun else None
            if text is None:
                self._told.take(self._events_of(chunk))
            else:
                said.append(text)
        self._told.take([TextDelta("".join(said)), Ended()])

    def _read(self, name: str, data: bytes) -> list[ModelEvent]:
        return [Ended()] if data.startswith(DONE) else self._events_of(_chunk(data))

    def _events_of(self, chunk: _Chunk) -> list[ModelEvent]:
        events: list[ModelEvent] = []
        if chunk.error:
            return [Failed(error_from(chunk.error))]
        if not self._begun and chunk.id:
            self._begun = True
            events.append(Begun(chunk.id, chunk.model or ""))
        for choice in chunk.choices or ():
            if choice.index == 0:
                self._read_choice(choice, events)
            else:
                events.append(Other("choice"))
        if chunk.usage is not None and (counts := usage(chunk.usage)) is not None:
            events.append(UsageSeen(counts))
        return events

    def _read_choice(self, choice: _Choice, events: list[ModelEvent]) -> None:
        delta = choice.delta
        if delta is not None:
            if delta.content:
                events.append(TextDelta(delta.content))
            if delta.tool_calls or delta.function_call:
                self._read_calls(delta, events)
            if delta.refusal:
                events.append(RefusalDelta(delta.refusal))
            if reasoning := reasoning_of(delta.reasoning_content, delta.reasoning):
                events.append(ReasoningDelta(reasoning))
        if choice.finish_reason is not None:
            finish = FINISHES.get(choice.finish_reason, Finish.OTHER)
            events.append(Finished(finish, choice.finish_reason))

    def _read_calls(self, delta: _Delta, events: list[ModelEvent]) -> None:
        calls = delta.tool_calls or [_Call(index=0, function=delta.function_call)]
        for call in calls:
            index = self._index(call)
            function = call.function or _Function()
            if index not in self._calls:
                self._calls.append(index)
                events.append(ToolCallBegun(index, call.id or "", function.name or ""))
            if function.arguments:
                events.append(ToolArguments(index, function.arguments))

    def _index(self, call: _Call) -> int:
        """Which call a fragment belongs to; servers that do not number them begin one with each id."""
        if call.index is not None:
            return call.index
        return len(self._calls) if call.id or not self._calls else self._calls[-1]


def _only_text(chunk: _Chunk) -> str | None:
    """The text of a chunk that says nothing else, as nearly all do; None for any other."""
    if chunk.error or chunk.usage is not None or chunk.choices is None or len(chunk.choices) != 1:
        return None
    choice = chunk.choices[0]
    delta = choice.delta
    if delta is None or choice.index != 0 or choice.finish_reason is not None:
        return None
    more = delta.tool_calls or delta.function_call or delta.refusal or delta.reasoning_content
    return None if more or delta.reasoning else delta.content
