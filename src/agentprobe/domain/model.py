"""Model calls in neutral words: what every provider protocol is read into and written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Finish(StrEnum):
    """Why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    REFUSAL = "refusal"
    CONTEXT = "context"
    PAUSE = "pause"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A model's wish to have a tool run."""

    id: str
    name: str
    arguments: str
    """JSON text exactly as the model wrote it, finished or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool gave, as it is told to the model."""

    call_id: str
    content: str
    is_error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: str
    """system, user, assistant or tool; `developer` counts as system."""
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    results: tuple[ToolResult, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as the model is told of it."""

    name: str
    description: str = ""
    schema: Any = None
    """JSON Schema of its arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """How the model is asked to answer; None where the request does not say."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """A whole model request."""

    model: str
    messages: tuple[Message, ...] = ()
    tools: tuple[ToolSpec, ...] = ()
    settings: ModelSettings = ModelSettings()
    stream: bool = False
    stream_usage: bool = False
    """Does the caller want usage at the end of a stream?"""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the protocol that have no neutral word, as they came."""

    @property
    def system(self) -> str:
        """All system text, joined by blank lines."""
        return "\n\n".join(m.text for m in self.messages if m.role == "system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider reports them; None where it does not."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    written_tokens: int | None = None
    """Put into the provider's prompt cache, which is charged apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelError:
    """An error in the provider's own words, on its own status or inside a stream."""

    type: str
    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """A model's answer, streamed or not."""

    id: str = ""
    model: str = ""
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    refusal: str | None = None
    reasoning: str = ""
    finish: Finish | None = None
    finish_raw: str | None = None
    """The finish reason in the provider's own word."""
    usage: Usage | None = None
    complete: bool = True
    """False when a stream ended without its terminator or a body broke off."""
    error: ModelError | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A streamed answer starts."""

    id: str
    model: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of the model's reasoning, where it is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """More of a refusal."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallBegun:
    """A tool call starts; `index` tells parallel ones apart."""

    index: int
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ToolArguments:
    """A fragment of a tool call's arguments."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The model says why it stopped."""

    finish: Finish
    raw: str


@dataclass(frozen=True, slots=True)
class UsageSeen:
    """The provider reports tokens; later figures replace earlier ones field by field."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Failed:
    """An error inside a stream whose status said success."""

    error: ModelError


@dataclass(frozen=True, slots=True)
class Ended:
    """The stream's own terminator."""


@dataclass(frozen=True, slots=True)
class Other:
    """An event with no neutral word: pings, comments, whatever is new; it passes as it came."""

    name: str


ModelEvent = (
    Begun
    | TextDelta
    | ReasoningDelta
    | RefusalDelta
    | ToolCallBegun
    | ToolArguments
    | Finished
    | UsageSeen
    | Failed
    | Ended
    | Other
)
