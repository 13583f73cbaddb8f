"""Gemini's answers: one JSON body, or one of the bodies that a stream is made of."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.dialects._spoken import unreadable
from agentprobe.dialects.gemini._failure import error_of
from agentprobe.dialects.gemini._parts import Calls, Content
from agentprobe.domain.model import Finish, ModelAnswer, Usage

_FILTERS = (
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
    "ESCALATION",
    "JAILBREAK",
)
FINISHES = {
    "STOP": Finish.STOP,
    "MAX_TOKENS": Finish.LENGTH,
    "CONTINUATION": Finish.PAUSE,
    **dict.fromkeys(_FILTERS, Finish.CONTENT_FILTER),
}
UNSAID = "FINISH_REASON_UNSPECIFIED"


class Counts(Struct, gc=False):
    """Usage in the provider's words."""

    promptTokenCount: int | None = None  # noqa: N815 - the protocol's own word
    toolUsePromptTokenCount: int | None = None  # noqa: N815 - the same
    candidatesTokenCount: int | None = None  # noqa: N815 - the same
    thoughtsTokenCount: int | None = None  # noqa: N815 - the same
    cachedContentTokenCount: int | None = None  # noqa: N815 - the same


class _Candidate(Struct, gc=False):
    index: int = 0
    content: Content | None = None
    finishReason: str | None = None  # noqa: N815 - the protocol's own word
    finishMessage: str | None = None  # noqa: N815 - the same


class _Feedback(Struct, gc=False):
    blockReason: str | None = None  # noqa: N815 - the protocol's own word
    blockReasonMessage: str | None = None  # noqa: N815 - the same


class Response(Struct, gc=False):
    """A whole answer, or as much of it as one frame of a stream brings."""

    candidates: list[_Candidate] | None = None
    promptFeedback: _Feedback | None = None  # noqa: N815 - the protocol's own word
    usageMetadata: Counts | None = None  # noqa: N815 - the same
    modelVersion: str | None = None  # noqa: N815 - the same
    responseId: str | None = None  # noqa: N815 - the same
    error: Any = None

    @property
    def first(self) -> _Candidate | None:
        """The candidate that counts."""
        return next((one for one in self.candidates or () if one.index == 0), None)

    @property
    def ending(self) -> tuple[Finish, str, str | None] | None:
        """Why the model stopped, in our word and in its own, and what is said about that."""
        blocked = self.promptFeedback
        if blocked is not None and blocked.blockReason:
            return Finish.CONTENT_FILTER, blocked.blockReason, blocked.blockReasonMessage
        first = self.first
        if first is None or not first.finishReason or first.finishReason == UNSAID:
            return None
        return FINISHES.get(first.finishReason, Finish.OTHER), first.finishReason, first.finishMessage


response_in = msgspec.json.Decoder(Response).decode


def read_answer(body: bytes) -> ModelAnswer:
    """A whole answer, or the error that stands in its place."""
    told = response_in(body)
    if told.error:
        return ModelAnswer(error=error_of(told.error))
    first, ending = told.first, told.ending
    if first is None and ending is None:
        return unreadable("the answer holds no candidate")
    parts = (first.content.parts or []) if first is not None and first.content is not None else []
    calls = Calls()
    wished = tuple([calls.named(part.call) for part in parts if part.call is not None])
    finish, raw, why = ending if ending is not None else (None, None, None)
    return ModelAnswer(
        id=told.responseId or "",
        model=told.modelVersion or "",
        text="".join([part.said for part in parts]),
        tool_calls=wished,
        refusal=why if finish is Finish.CONTENT_FILTER else None,
        reasoning="".join([part.text or "" for part in parts if part.thought]),
        finish=with_calls(finish, asked=bool(wished)),
        finish_raw=raw,
        usage=usage(told.usageMetadata),
    )


def with_calls(finish: Finish | None, *, asked: bool) -> Finish | None:
    """Why it stopped; the provider has no word of its own for a model that waits for tools."""
    return Finish.TOOL_CALLS if asked and finish is Finish.STOP else finish


def usage(counts: Counts | None) -> Usage | None:
    """The counts in neutral words: thoughts are part of the output, a tool's prompt part of the input."""
    if counts is None:
        return None
    return Usage(
        input_tokens=_sum(counts.promptTokenCount, counts.toolUsePromptTokenCount),
        output_tokens=_sum(counts.candidatesTokenCount, counts.thoughtsTokenCount),
        cached_tokens=counts.cachedContentTokenCount,
        reasoning_tokens=counts.thoughtsTokenCount,
    )


def _sum(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
