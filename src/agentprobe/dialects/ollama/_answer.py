"""Ollama's answers: one JSON body, or one a line."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.dialects._spoken import FrameReader, error_from, unreadable
from agentprobe.dialects.ollama._calls import Calls, Said
from agentprobe.dialects.ollama._words import FINISHES
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
    TextDelta,
    ToolArguments,
    ToolCallBegun,
    Usage,
    UsageSeen,
)

_LINES = re.compile(rb"[\r\n]+")
_WHOLE = re.compile(rb"[^\r\n]*[\r\n]+|[^\r\n]+\Z")


class Response(Struct, gc=False):
    """A whole answer, or as much of it as one line brings."""

    model: str | None = None
    message: Said | None = None
    response: str | None = None
    thinking: str | None = None
    done: bool | None = None
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    eval_count: int | None = None
    error: Any = None

    @property
    def said(self) -> Said:
        """What the model says, whichever way it was asked."""
        return self.message or Said(content=self.response, thinking=self.thinking)

    @property
    def usage(self) -> Usage | None:
        """The counts in neutral words."""
        if self.prompt_eval_count is None and self.eval_count is None:
            return None
        return Usage(input_tokens=self.prompt_eval_count, output_tokens=self.eval_count)


response_in = msgspec.json.Decoder(Response).decode


def cut(body: bytes) -> list[bytes]:
    """A whole stream cut into its lines; joined they are the stream."""
    return _WHOLE.findall(body)


def read_answer(body: bytes) -> ModelAnswer:
    """A whole answer, or the error that stands in its place."""
    told = response_in(body)
    if told.error:
        return ModelAnswer(error=error_from(told.error))
    if told.message is None and told.response is None:
        return unreadable("the answer holds no message")
    said, calls = told.said, Calls()
    wished = tuple([calls.named(call) for call in said.tool_calls or ()])
    return ModelAnswer(
        model=told.model or "",
        text=said.content or "",
        tool_calls=wished,
        reasoning=said.thinking or "",
        finish=finish_of(told, asked=bool(wished)),
        finish_raw=told.done_reason,
        usage=told.usage,
        complete=told.done is not False,
    )


def finish_of(told: Response, *, asked: bool) -> Finish | None:
    """Why it stopped; the provider has no word of its own for a model that waits for tools."""
    if not told.done_reason:
        return None
    finish = FINISHES.get(told.done_reason, Finish.OTHER)
    return Finish.TOOL_CALLS if asked and finish is Finish.STOP else finish


class OllamaReader(FrameReader):
    """Reads a streamed answer line by line."""

    __slots__ = ("_asked", "_begun", "_calls", "_rest")

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""
        self._begun = False
        self._asked = 0
        self._calls = Calls()

    def feed(self, data: bytes) -> list[ModelEvent]:
        *lines, self._rest = _LINES.split(self._rest + data)
        events: list[ModelEvent] = []
        for line in lines:
            if line.strip():
                found = self._events("", line)
                self._told.take(found)
                events += found
        return events

    def _read(self, name: str, data: bytes) -> list[ModelEvent]:
        told = response_in(data)
        if told.error:
            return [Failed(error_from(told.error))]
        return [*self._beginning(told), *self._content(told.said), *self._end(told)] or [Other("line")]

    def _beginning(self, told: Response) -> list[ModelEvent]:
        if self._begun or not told.model:
            return []
        self._begun = True
        return [Begun("", told.model)]

    def _content(self, said: Said) -> list[ModelEvent]:
        events: list[ModelEvent] = []
        if said.thinking:
            events.append(ReasoningDelta(said.thinking))
        if said.content:
            events.append(TextDelta(said.content))
        for call in said.tool_calls or ():
            named, index = self._calls.named(call), self._asked
            self._asked += 1
            events += [ToolCallBegun(index, named.id, named.name), ToolArguments(index, named.arguments)]
        return events

    def _end(self, told: Response) -> list[ModelEvent]:
        if not told.done:
            return []
        usage, finish = told.usage, finish_of(told, asked=self._asked > 0)
        events: list[ModelEvent] = [UsageSeen(usage)] if usage is not None else []
        if finish is not None:
            events.append(Finished(finish, told.done_reason or ""))
        return [*events, Ended()]
