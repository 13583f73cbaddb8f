"""What a trace says of a model call beside its bytes: settings, prompt digests, the neutral answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from agentprobe.basis.canonical import digest
from agentprobe.dialects import Outline
from agentprobe.domain.model import ModelAnswer
from agentprobe.trace.records import Answer, Failure, Prompt, Settings, Tokens

RETRIES = "x-stainless-retry-count"
"""The header in which the providers' SDKs say how often they have tried before."""


def settings_of(request: Outline) -> Settings:
    """How the model was asked to answer."""
    asked = request.settings
    return Settings(
        temperature=asked.temperature,
        top_p=asked.top_p,
        max_tokens=asked.max_tokens,
        seed=asked.seed,
        stop=asked.stop,
        tool_choice=asked.tool_choice,
        parallel_tool_calls=asked.parallel_tool_calls,
        stream=request.stream,
    )


def prompt_of(request: Outline) -> Prompt:
    """The prompt as digests."""
    return Prompt(
        system=_known_digest(request.system) if request.system else "",
        tools=_known_digest(request.tools) if request.tools else "",
        messages=digest(request.messages),
        count=request.turns,
    )


_known_digest = lru_cache(maxsize=64)(digest)
"""Agents send the same tools and system prompt with every request."""


def attempt_of(headers: Mapping[str, str]) -> int | None:
    """How often the SDK says it had tried before; the headers' names are in lower case."""
    said = headers.get(RETRIES, "")
    return int(said) if said.isascii() and said.isdigit() else None


def answer_of(answer: ModelAnswer) -> Answer:
    """The answer as it stands in a trace."""
    return Answer(
        id=answer.id,
        model=answer.model,
        text=answer.text,
        tool_calls=answer.tool_calls,
        finish=answer.finish or "",
        finish_raw=answer.finish_raw or "",
        refusal=answer.refusal,
        reasoning=answer.reasoning,
    )


def tokens_of(answer: ModelAnswer) -> Tokens | None:
    """What the provider reported; None when it said nothing."""
    used = answer.usage
    if used is None:
        return None
    return Tokens(
        input=used.input_tokens,
        output=used.output_tokens,
        cached=used.cached_tokens,
        reasoning=used.reasoning_tokens,
        written=used.written_tokens,
    )


def failure_of(answer: ModelAnswer) -> Failure | None:
    """The error that the provider put into its reply."""
    said = answer.error
    return Failure(type=said.type, message=said.message) if said is not None else None
