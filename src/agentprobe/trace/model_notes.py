"""What the bytes of a model call say: settings, prompt digests, the answer in neutral words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec
from msgspec import Raw

from agentprobe.basis.canonical import canonical, digest
from agentprobe.dialects import Outline, dialect_named
from agentprobe.domain.model import ModelAnswer
from agentprobe.domain.wire import HttpReply
from agentprobe.trace.body import said
from agentprobe.trace.records import Answer, AnswerNotes, Failure, Prompt, RequestNotes, Settings, Tokens

RETRIES = "x-stainless-retry-count"
"""The header in which the providers' SDKs say how often they have tried before."""


NO_REQUEST, NO_ANSWER = RequestNotes(), AnswerNotes()
"""What is said where no dialect is known."""
_items = msgspec.json.Decoder(list[Raw])


def request_notes(dialect: str, body: bytes, target: str = "") -> RequestNotes:
    """What a request of this dialect asks."""
    if not dialect:
        return NO_REQUEST
    try:
        read = dialect_named(dialect).outline(body, target)
        return RequestNotes(settings=settings_of(read), prompt=prompt_of(read))
    except Exception as error:  # noqa: BLE001 - whatever cannot be read is still there to be looked at
        return RequestNotes(unread=said(error))


def answer_notes(dialect: str, reply: HttpReply) -> AnswerNotes:
    """What a reply in this dialect says."""
    if not dialect:
        return NO_ANSWER
    try:
        answer = dialect_named(dialect).read_answer(reply)
    except Exception as error:  # noqa: BLE001 - the same
        return AnswerNotes(unread=said(error))
    return AnswerNotes(
        answer=None if answer.error else answer_of(answer),
        usage=tokens_of(answer),
        complete=answer.complete,
        error=failure_of(answer),
    )


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
    """The prompt as digests; equal JSON in another spelling has the same ones."""
    return Prompt(
        system=digest(request.system) if request.system else "",
        tools=_spelling(request.tools) if request.tools else "",
        messages=_of_list(request.messages),
        count=request.turns,
    )


def _of_list(messages: bytes) -> str:
    """The digest of a list by those of its items: most of them were in the request before."""
    try:
        return digest(",".join([_spelling(bytes(item)) for item in _items.decode(messages)]))
    except msgspec.MsgspecError:
        return _spelling(messages)


@lru_cache(maxsize=512)
def _spelling(text: bytes) -> str:
    """The digest of a value's canonical spelling; of what is no JSON, that of its bytes."""
    try:
        return digest(canonical(msgspec.json.decode(text)))
    except (msgspec.MsgspecError, RecursionError):
        return digest(text)


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
