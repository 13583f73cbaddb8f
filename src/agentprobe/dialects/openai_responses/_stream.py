"""Responses that come as a stream of named and numbered events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.dialects._spoken import FrameReader, error_from
from agentprobe.dialects.openai_responses._answer import Item, Response, error_of, finish_of, usage_of
from agentprobe.dialects.openai_responses._own_tools import OWN_TOOLS
from agentprobe.domain.model import (
    Begun,
    Ended,
    Failed,
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


class _Event(Struct, gc=False):
    type: str = ""
    output_index: int = 0
    delta: str | Any = None
    text: str | None = None
    arguments: str | None = None
    item: Item | None = None
    response: Response | None = None
    code: str | None = None
    message: str | None = None
    error: Any = None


_event = msgspec.json.Decoder(_Event).decode


class ResponseReader(FrameReader):
    """Reads a streamed response; a tool call's index is that of its item."""

    __slots__ = ("_begun", "_calls", "_heard")

    def __init__(self) -> None:
        super().__init__()
        self._begun = False
        self._calls = False
        self._heard: set[int] = set()
        """The items of which fragments have come."""

    def _read(self, name: str, data: bytes) -> list[ModelEvent]:
        event = _event(data)
        read = _READ.get(event.type)
        if read is None:
            return [Other(event.type or name)]
        return read(self, event)

    def _begin(self, event: _Event) -> list[ModelEvent]:
        response = event.response
        if response is None or self._begun:
            return [Other(event.type)]
        self._begun = True
        return [Begun(response.id, response.model)]

    def _begin_item(self, event: _Event) -> list[ModelEvent]:
        item = event.item
        if item is None or not item.is_call:
            return [Other(event.type)]
        self._calls = True
        begun = ToolCallBegun(event.output_index, item.call_id or "", item.called)
        if item.type in OWN_TOOLS:  # it may still grow, and is told whole at its end
            return [begun]
        return [begun, *self._arguments(event.output_index, item.given)]

    def _end_item(self, event: _Event) -> list[ModelEvent]:
        """The whole item once more; for some tools it is the first that tells all of their arguments."""
        item = event.item
        if item is None or item.type not in OWN_TOOLS or not item.is_call:
            return [Other(event.type)]
        return self._arguments(event.output_index, item.given) or [Other(event.type)]

    def _add_text(self, event: _Event) -> list[ModelEvent]:
        self._heard.add(event.output_index)
        return [TextDelta(_text(event.delta))]

    def _end_text(self, event: _Event) -> list[ModelEvent]:
        """The whole text once more, unless no fragment came before it."""
        if event.output_index in self._heard or not event.text:
            return [Other(event.type)]
        self._heard.add(event.output_index)
        return [TextDelta(event.text)]

    def _add_arguments(self, event: _Event) -> list[ModelEvent]:
        return self._arguments(event.output_index, _text(event.delta))

    def _end_arguments(self, event: _Event) -> list[ModelEvent]:
        """The whole arguments once more, unless no fragment came before them."""
        if event.output_index in self._heard:
            return [Other(event.type)]
        return self._arguments(event.output_index, event.arguments or "") or [Other(event.type)]

    def _arguments(self, index: int, text: str) -> list[ModelEvent]:
        if not text:
            return []
        self._heard.add(index)
        return [ToolArguments(index, text)]

    def _add_refusal(self, event: _Event) -> list[ModelEvent]:
        return [RefusalDelta(_text(event.delta))]

    def _add_reasoning(self, event: _Event) -> list[ModelEvent]:
        return [ReasoningDelta(_text(event.delta))]

    def _end(self, event: _Event) -> list[ModelEvent]:
        response = event.response or Response()
        events: list[ModelEvent] = []
        if (error := error_of(response)) is not None:
            events.append(Failed(error))
        finish, raw = finish_of(response, calls=self._calls)
        if finish is not None and raw is not None:
            events.append(Finished(finish, raw))
        if (counts := usage_of(response)) is not None:
            events.append(UsageSeen(counts))
        return [*events, Ended()]

    def _fail(self, event: _Event) -> list[ModelEvent]:
        told = ModelError(type=event.code or "error", message=event.message or "", code=event.code)
        return [Failed(error_from(event.error) if event.error else told), Ended()]


def _text(delta: object) -> str:
    return delta if isinstance(delta, str) else ""


_READ: dict[str, Callable[[ResponseReader, _Event], list[ModelEvent]]] = {
    "response.created": ResponseReader._begin,
    "response.output_item.added": ResponseReader._begin_item,
    "response.output_item.done": ResponseReader._end_item,
    "response.output_text.delta": ResponseReader._add_text,
    "response.output_text.done": ResponseReader._end_text,
    "response.function_call_arguments.delta": ResponseReader._add_arguments,
    "response.function_call_arguments.done": ResponseReader._end_arguments,
    "response.custom_tool_call_input.delta": ResponseReader._add_arguments,
    "response.refusal.delta": ResponseReader._add_refusal,
    "response.reasoning_summary_text.delta": ResponseReader._add_reasoning,
    "response.reasoning_text.delta": ResponseReader._add_reasoning,
    "response.completed": ResponseReader._end,
    "response.incomplete": ResponseReader._end,
    "response.failed": ResponseReader._end,
    "error": ResponseReader._fail,
}
