"""Messages that come as a stream of named events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._spoken import FrameReader, error_from
from agentprobe.dialects.anthropic_messages._answer import (
    FINISHES,
    StopDetails,
    TokenCounts,
    explained,
    usage,
)
from agentprobe.domain.model import (
    Begun,
    Ended,
    Failed,
    Finish,
    Finished,
    ModelEvent,
    Other,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolArguments,
    ToolCallBegun,
    UsageSeen,
)


class _Start(Struct, gc=False):
    id: str = ""
    model: str = ""
    usage: TokenCounts | None = None


class _Block(Struct, gc=False):
    type: str = ""
    text: str = ""
    thinking: str = ""
    id: str = ""
    name: str = ""
    input: Raw = Raw(b"{}")


class _Delta(Struct, gc=False):
    type: str = ""
    text: str = ""
    partial_json: str = ""
    thinking: str = ""
    stop_reason: str | None = None
    stop_details: StopDetails | None = None


class _Event(Struct, gc=False):
    type: str = ""
    index: int = 0
    message: _Start | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: TokenCounts | None = None
    error: Any = None


_event = msgspec.json.Decoder(_Event).decode
_NO_DELTA, _NO_BLOCK = _Delta(), _Block()
_NO_ARGUMENTS = (b"{}", b"null", b'""')


class MessageReader(FrameReader):
    """Reads a streamed message; a tool call's index is that of its block."""

    __slots__ = ("_silent",)

    def __init__(self) -> None:
        super().__init__()
        self._silent: set[int] = set()
        """The tool calls that have begun and said nothing yet."""

    def _read(self, name: str, data: bytes) -> list[ModelEvent]:
        event = _event(data)
        read = _READ.get(event.type)
        if read is None:
            return [Other(event.type or name)]
        return read(self, event)

    def _start(self, event: _Event) -> list[ModelEvent]:
        message = event.message or _Start()
        counts = usage(message.usage)
        begun = Begun(message.id, message.model)
        return [begun] if counts is None else [begun, UsageSeen(counts)]

    def _begin(self, event: _Event) -> list[ModelEvent]:
        block = event.content_block or _NO_BLOCK
        if block.type == "tool_use":
            return self._begin_call(event.index, block)
        if block.text:
            return [TextDelta(block.text)]
        if block.thinking:
            return [ReasoningDelta(block.thinking)]
        return [] if block.type in ("text", "thinking") else [Other(block.type)]

    def _begin_call(self, index: int, block: _Block) -> list[ModelEvent]:
        begun = ToolCallBegun(index, block.id, block.name)
        given = bytes(block.input)
        if given not in _NO_ARGUMENTS:
            return [begun, ToolArguments(index, given.decode())]
        self._silent.add(index)
        return [begun]

    def _add(self, event: _Event) -> list[ModelEvent]:
        delta = event.delta or _NO_DELTA
        if delta.type == "text_delta":
            return [TextDelta(delta.text)]
        if delta.type == "input_json_delta":
            if not delta.partial_json:
                return []
            self._silent.discard(event.index)
            return [ToolArguments(event.index, delta.partial_json)]
        if delta.type == "thinking_delta":
            return [ReasoningDelta(delta.thinking)]
        return [Other(delta.type)]

    def _close(self, event: _Event) -> list[ModelEvent]:
        """A call without arguments sends none; they are the empty object."""
        if event.index not in self._silent:
            return []
        self._silent.discard(event.index)
        return [ToolArguments(event.index, "{}")]

    def _finish(self, event: _Event) -> list[ModelEvent]:
        delta = event.delta or _NO_DELTA
        events: list[ModelEvent] = []
        if (refusal := explained(delta.stop_details)) is not None:
            events.append(RefusalDelta(refusal))
        if delta.stop_reason is not None:
            events.append(Finished(FINISHES.get(delta.stop_reason, Finish.OTHER), delta.stop_reason))
        if (counts := usage(event.usage)) is not None:
            events.append(UsageSeen(counts))
        return events

    def _fail(self, event: _Event) -> list[ModelEvent]:
        return [Failed(error_from(event.error or "an error without a word"))]

    def _end(self, _: _Event) -> list[ModelEvent]:
        return [Ended()]


_READ: dict[str, Callable[[MessageReader, _Event], list[ModelEvent]]] = {
    "message_start": MessageReader._start,
    "content_block_start": MessageReader._begin,
    "content_block_delta": MessageReader._add,
    "content_block_stop": MessageReader._close,
    "message_delta": MessageReader._finish,
    "message_stop": MessageReader._end,
    "error": MessageReader._fail,
}
