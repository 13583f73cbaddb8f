"""Chat answers that come as one JSON body."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.dialects._spoken import error_from, unreadable
from agentprobe.domain.model import Finish, ModelAnswer, ToolCall, Usage

FINISHES = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "tool_calls": Finish.TOOL_CALLS,
    "function_call": Finish.TOOL_CALLS,
    "content_filter": Finish.CONTENT_FILTER,
}


class _CachedTokens(Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _ReasoningTokens(Struct, gc=False):
    reasoning_tokens: int | None = None


class TokenCounts(Struct, gc=False):
    """Usage in the provider's words."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _CachedTokens | None = None
    completion_tokens_details: _ReasoningTokens | None = None


class _Function(Struct, gc=False):
    name: str | None = None
    arguments: str | None = None
    input: str | None = None


class _Call(Struct, gc=False):
    id: str | None = None
    function: _Function | None = None
    custom: _Function | None = None


class Said(Struct, gc=False):
    """What the model said."""

    content: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: Any = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None


class _Choice(Struct, gc=False):
    message: Said
    finish_reason: str | None = None


class Completion(Struct, gc=False):
    """An answer, or the error in its place."""

    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: TokenCounts | None = None
    error: Any = None


completion_in = msgspec.json.Decoder(Completion).decode


def read_answer(body: bytes) -> ModelAnswer:
    """The first choice of a completion, or the error that stands in its place."""
    completion = completion_in(body)
    if completion.error:
        return ModelAnswer(error=error_from(completion.error))
    if not completion.choices:
        return unreadable("the answer holds no choice")
    choice = completion.choices[0]
    message, raw = choice.message, choice.finish_reason
    return ModelAnswer(
        id=completion.id or "",
        model=completion.model or "",
        text=message.content or "",
        tool_calls=calls_of(message),
        refusal=message.refusal,
        reasoning=reasoning_of(message.reasoning_content, message.reasoning),
        finish=FINISHES.get(raw, Finish.OTHER) if raw is not None else None,
        finish_raw=raw,
        usage=usage(completion.usage),
    )


def reasoning_of(content: str | None, other: object) -> str:
    """What servers of open models show of their reasoning, under either of two names."""
    return content or (other if isinstance(other, str) else "")


def calls_of(message: Said) -> tuple[ToolCall, ...]:
    """The tool calls of a message, also in the form that came before them."""
    if not message.tool_calls and message.function_call is None:
        return ()
    calls = [(call.id, call.function or call.custom or _Function()) for call in message.tool_calls or ()]
    if message.function_call is not None:
        calls.append((None, message.function_call))
    return tuple(
        ToolCall(id=name or "", name=made.name or "", arguments=made.arguments or made.input or "")
        for name, made in calls
    )


def usage(counts: TokenCounts | None) -> Usage | None:
    """The counts in neutral words."""
    if counts is None:
        return None
    prompt, completion = counts.prompt_tokens_details, counts.completion_tokens_details
    return Usage(
        input_tokens=counts.prompt_tokens,
        output_tokens=counts.completion_tokens,
        cached_tokens=prompt.cached_tokens if prompt is not None else None,
        reasoning_tokens=completion.reasoning_tokens if completion is not None else None,
        written_tokens=(prompt.cache_write_tokens or None) if prompt is not None else None,
    )
