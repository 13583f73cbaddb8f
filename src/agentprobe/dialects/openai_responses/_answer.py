"""Responses that come as one JSON body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.dialects._fields import text_in
from agentprobe.dialects._spoken import error_from, unreadable
from agentprobe.dialects.openai_responses._own_tools import OWN_TOOLS, arguments_of, is_ours
from agentprobe.domain.model import Finish, ModelAnswer, ModelError, ToolCall, Usage

COMPLETED = "completed"
REASONS = {"max_output_tokens": Finish.LENGTH, "content_filter": Finish.CONTENT_FILTER}
"""Why a response is incomplete."""
_UNDER_WAY = ("in_progress", "queued")


class _InputDetails(Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _OutputDetails(Struct, gc=False):
    reasoning_tokens: int | None = None


class _TokenCounts(Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _InputDetails | None = None
    output_tokens_details: _OutputDetails | None = None


class _Details(Struct, gc=False):
    reason: str | None = None


class Item(Struct, gc=False):
    """One thing that the model put out."""

    type: str
    content: Any = None
    summary: Any = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    input: Any = None
    action: Any = None
    operation: Any = None
    environment: Any = None

    @property
    def is_call(self) -> bool:
        """Does the model ask the agent's side for something?"""
        return is_ours(self.type, self.environment)

    @property
    def called(self) -> str:
        """The tool's name."""
        return OWN_TOOLS.get(self.type) or self.name or ""

    @property
    def given(self) -> str:
        """What a tool is called with."""
        if self.type in OWN_TOOLS:
            return arguments_of(self.action, self.operation)
        given = self.arguments if self.arguments is not None else self.input
        return given if isinstance(given, str) else ""


class Response(Struct, gc=False):
    """A response, under way or ended."""

    id: str = ""
    model: str = ""
    status: str | None = None
    output: list[Item] | None = None
    usage: _TokenCounts | None = None
    incomplete_details: _Details | None = None
    error: Any = None


_response = msgspec.json.Decoder(Response).decode


def read_answer(body: bytes) -> ModelAnswer:
    """A whole response, or the error that stands in its place."""
    response = _response(body)
    output = response.output
    if output is None:
        error = error_of(response)
        return unreadable("the answer holds no output") if error is None else ModelAnswer(error=error)
    finish, raw = finish_of(response, calls=any(item.is_call for item in output))
    return ModelAnswer(
        id=response.id,
        model=response.model,
        text="".join([text_in(item.content) for item in output if item.type == "message"]),
        tool_calls=tuple([_call(item) for item in output if item.is_call]),
        refusal="".join(_refusals(output)) or None,
        reasoning="".join(_reasoning(output)),
        finish=finish,
        finish_raw=raw,
        usage=usage_of(response),
        complete=response.status not in _UNDER_WAY,
        error=error_of(response),
    )


def error_of(response: Response) -> ModelError | None:
    """Why a response failed."""
    return error_from(response.error) if response.error else None


def finish_of(response: Response, *, calls: bool) -> tuple[Finish | None, str | None]:
    """Why the model stopped; `calls` says whether it wished for tools."""
    if response.status == "incomplete":
        reason = response.incomplete_details.reason if response.incomplete_details is not None else None
        return REASONS.get(reason or "", Finish.OTHER), reason or response.status
    if response.status == COMPLETED:
        return (Finish.TOOL_CALLS if calls else Finish.STOP), COMPLETED
    return None, None


def usage_of(response: Response) -> Usage | None:
    """The counts in neutral words."""
    counts = response.usage
    if counts is None:
        return None
    given, made = counts.input_tokens_details, counts.output_tokens_details
    return Usage(
        input_tokens=counts.input_tokens,
        output_tokens=counts.output_tokens,
        cached_tokens=given.cached_tokens if given is not None else None,
        reasoning_tokens=made.reasoning_tokens if made is not None else None,
        written_tokens=(given.cache_write_tokens or None) if given is not None else None,
    )


def _call(item: Item) -> ToolCall:
    return ToolCall(id=item.call_id or "", name=item.called, arguments=item.given)


def _refusals(output: list[Item]) -> Iterator[str]:
    for item in output:
        parts = item.content if item.type == "message" and isinstance(item.content, list) else ()
        refusals = (part.get("refusal") for part in parts if isinstance(part, dict))
        yield from (refusal for refusal in refusals if isinstance(refusal, str))


def _reasoning(output: list[Item]) -> Iterator[str]:
    return (text_in(item.summary) + text_in(item.content) for item in output if item.type == "reasoning")
