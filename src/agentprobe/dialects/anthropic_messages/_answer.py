"""Messages that come as one JSON body."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from agentprobe.dialects._spoken import error_from, unreadable
from agentprobe.dialects.anthropic_messages._request import arguments_of
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall, Usage

FINISHES = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "tool_use": Finish.TOOL_CALLS,
    "pause_turn": Finish.PAUSE,
    "refusal": Finish.REFUSAL,
    "model_context_window_exceeded": Finish.CONTEXT,
}


class _OutputTokens(Struct, gc=False):
    thinking_tokens: int | None = None


class TokenCounts(Struct, gc=False):
    """Usage in the provider's words."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _OutputTokens | None = None


class StopDetails(Struct, gc=False):
    """Why the model refused."""

    explanation: str | None = None


class _Block(Struct, gc=False):
    type: str
    text: str = ""
    thinking: str = ""
    id: str = ""
    name: str = ""
    input: Raw = Raw(b"{}")


class _Message(Struct, gc=False):
    id: str = ""
    model: str = ""
    content: list[_Block] | None = None
    stop_reason: str | None = None
    stop_details: StopDetails | None = None
    usage: TokenCounts | None = None
    error: Any = None


_message = msgspec.json.Decoder(_Message).decode


def read_answer(body: bytes) -> ModelAnswer:
    """A whole message, or the error that stands in its place."""
    message = _message(body)
    if message.error:
        return ModelAnswer(error=error_from(message.error))
    if message.content is None:
        return unreadable("the answer holds no content")
    blocks, raw = message.content, message.stop_reason
    return ModelAnswer(
        id=message.id,
        model=message.model,
        text="".join([block.text for block in blocks if block.type == "text"]),
        tool_calls=tuple([_call(block) for block in blocks if block.type == "tool_use"]),
        refusal=explained(message.stop_details),
        reasoning="".join([block.thinking for block in blocks if block.type == "thinking"]),
        finish=FINISHES.get(raw, Finish.OTHER) if raw is not None else None,
        finish_raw=raw,
        usage=usage(message.usage),
    )


def explained(details: StopDetails | None) -> str | None:
    """What the provider says about a refusal."""
    return (details.explanation or None) if details is not None else None


def _call(block: _Block) -> ToolCall:
    return ToolCall(id=block.id, name=block.name, arguments=arguments_of(block.input))


def usage(counts: TokenCounts | None) -> Usage | None:
    """The counts in neutral words."""
    if counts is None:
        return None
    details = counts.output_tokens_details
    return Usage(
        input_tokens=counts.input_tokens,
        output_tokens=counts.output_tokens,
        cached_tokens=counts.cache_read_input_tokens,
        reasoning_tokens=details.thinking_tokens if details is not None else None,
        written_tokens=counts.cache_creation_input_tokens or None,
    )
