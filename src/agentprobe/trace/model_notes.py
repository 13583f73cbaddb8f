"""What a trace says of a model call beside its bytes: settings, prompt digests, the neutral answer."""

from __future__ import annotations

from collections.abc import Mapping

from agentprobe.basis.canonical import digest, digest_of
from agentprobe.domain.model import ModelAnswer, ModelRequest, ToolSpec
from agentprobe.trace.records import Answer, Failure, Prompt, Settings, Tokens

RETRIES = "x-stainless-retry-count"
"""The header in which the providers' SDKs say how often they have tried before."""


def settings_of(request: ModelRequest) -> Settings:
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


def prompt_of(request: ModelRequest) -> Prompt:
    """The prompt as digests."""
    system = request.system
    return Prompt(
        system=digest(system) if system else "",
        tools=_tools_digest(request.tools),
        messages=digest_of(request.messages),
        count=len(request.messages),
    )


_last_tools: tuple[tuple[ToolSpec, ...], str] = ((), "")


def _tools_digest(tools: tuple[ToolSpec, ...]) -> str:
    """An agent sends the same tools each time, and its dialect then gives the very same tuple."""
    global _last_tools
    known = _last_tools
    if known[0] is not tools:
        known = _last_tools = tools, digest_of(tools) if tools else ""
    return known[1]


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
    )


def failure_of(answer: ModelAnswer) -> Failure | None:
    """The error that the provider put into its reply."""
    said = answer.error
    return Failure(type=said.type, message=said.message) if said is not None else None
