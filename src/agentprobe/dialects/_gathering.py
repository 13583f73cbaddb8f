"""Answers put together from events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from agentprobe.domain.model import (
    Begun,
    Ended,
    Failed,
    Finish,
    Finished,
    ModelAnswer,
    ModelError,
    ModelEvent,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolArguments,
    ToolCall,
    ToolCallBegun,
    Usage,
    UsageSeen,
)


class Gathering:
    """A streamed answer as far as its events have told it."""

    __slots__ = (
        "_arguments",
        "_begun",
        "_error",
        "_finish",
        "_finish_raw",
        "_reasoning",
        "_refusal",
        "_start",
        "_text",
        "_usage",
        "ended",
    )

    def __init__(self) -> None:
        self.ended = False
        self._start = Begun("", "")
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._refusal: list[str] = []
        self._begun: dict[int, ToolCallBegun] = {}
        self._arguments: dict[int, list[str]] = {}
        self._finish: Finish | None = None
        self._finish_raw: str | None = None
        self._usage: Usage | None = None
        self._error: ModelError | None = None

    def take(self, events: Iterable[ModelEvent]) -> None:
        """Add events, in the order in which they came."""
        for event in events:
            take = _TAKE.get(type(event))
            if take is not None:
                take(self, event)

    def answer(self) -> ModelAnswer:
        """All that was told; `complete` once the terminator has come."""
        return ModelAnswer(
            id=self._start.id,
            model=self._start.model,
            text="".join(self._text),
            tool_calls=tuple(self._calls()),
            refusal="".join(self._refusal) if self._refusal else None,
            reasoning="".join(self._reasoning),
            finish=self._finish,
            finish_raw=self._finish_raw,
            usage=self._usage,
            complete=self.ended,
            error=self._error,
        )

    def _calls(self) -> Iterable[ToolCall]:
        for index in sorted(self._begun.keys() | self._arguments.keys()):
            begun = self._begun.get(index) or ToolCallBegun(index, "", "")
            arguments = "".join(self._arguments.get(index, ()))
            yield ToolCall(id=begun.id, name=begun.name, arguments=arguments)

    def _start_with(self, event: Begun) -> None:
        self._start = event

    def _begin_call(self, event: ToolCallBegun) -> None:
        self._begun[event.index] = event

    def _add_arguments(self, event: ToolArguments) -> None:
        self._arguments.setdefault(event.index, []).append(event.text)

    def _finish_with(self, event: Finished) -> None:
        self._finish, self._finish_raw = event.finish, event.raw

    def _fail(self, event: Failed) -> None:
        self._error = self._error or event.error

    def _use(self, event: UsageSeen) -> None:
        self._usage = merged(self._usage, event.usage)

    def _end(self, _: Ended) -> None:
        self.ended = True


def merged(old: Usage | None, new: Usage) -> Usage:
    """Later figures in place of earlier ones; what the later report leaves out stands."""
    if old is None:
        return new
    return Usage(
        input_tokens=old.input_tokens if new.input_tokens is None else new.input_tokens,
        output_tokens=old.output_tokens if new.output_tokens is None else new.output_tokens,
        cached_tokens=old.cached_tokens if new.cached_tokens is None else new.cached_tokens,
        reasoning_tokens=old.reasoning_tokens if new.reasoning_tokens is None else new.reasoning_tokens,
        written_tokens=old.written_tokens if new.written_tokens is None else new.written_tokens,
    )


_TAKE: dict[type, Callable[[Gathering, Any], None]] = {
    Begun: Gathering._start_with,
    TextDelta: lambda told, event: told._text.append(event.text),
    ReasoningDelta: lambda told, event: told._reasoning.append(event.text),
    RefusalDelta: lambda told, event: told._refusal.append(event.text),
    ToolCallBegun: Gathering._begin_call,
    ToolArguments: Gathering._add_arguments,
    Finished: Gathering._finish_with,
    UsageSeen: Gathering._use,
    Failed: Gathering._fail,
    Ended: Gathering._end,
}
