"""Our own count of the tokens of a model call, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from agentprobe.domain.model import Message, ModelAnswer, ModelRequest, ToolCall
from agentprobe.trace.facts.tables import Tokenizer, tokenizer_for


class How(StrEnum):
    """How a count was come by."""

    EXACT = "exact"
    """The model's own table, and a framing that its provider has published."""
    CALIBRATED = "calibrated"
    """An estimate set right by what the provider reported for the run's other calls."""
    ESTIMATE = "estimate"


@dataclass(frozen=True)
class Count:
    """So many tokens, surely between `low` and `high`."""

    tokens: int
    low: int
    high: int
    how: How

    def agrees(self, reported: int | None) -> bool:
        """Can what a provider reported be true by this count? Nothing reported, nothing to doubt."""
        return reported is None or self.low <= reported <= self.high

    @property
    def error(self) -> float:
        """How far it may be off, as a share of itself."""
        return max(self.high - self.tokens, self.tokens - self.low) / self.tokens if self.tokens else 0.0


OWN_TABLE, OTHER_TABLE, BY_LENGTH = 0.15, 0.5, 0.6
"""How far an estimate that nothing has calibrated may be off: framing, another model's table, mere length.

Set by judgement: wide enough that what lies outside deserves a look.
"""
SLACK = 12
"""Tokens by which any estimate may be off, however short the text."""
ENDING = 2
"""Tokens that a provider may count at the end of an answer."""
_MESSAGE, _NAME, _REPLY = 3, 1, 3
_TOOL, _PROPERTY, _CALL, _TOOLS = 8, 3, 8, 12
_THINKERS = ("o1", "o3", "o4", "gpt-5", "gpt-oss")
"""Models that may have thought in secret when nothing was reported of it."""
_NO_TEXT = (b'"image', b'"input_image', b'"input_file', b'"file"', b'"input_audio', b'"document"')


def input_count(request: ModelRequest, body: bytes, dialect: str) -> Count | None:
    """The tokens that a request gives; None where it holds what is no text, such as an image."""
    if any(mark in body for mark in _NO_TEXT):
        return None
    tokenizer = tokenizer_for(request.model)
    tokens = _REPLY + sum(_message(message, tokenizer) for message in request.messages)
    if request.tools:
        tokens += _TOOLS + sum(
            _TOOL
            + tokenizer.count(tool.name)
            + tokenizer.count(tool.description)
            + _schema(tool.schema, tokenizer)
            for tool in request.tools
        )
    if tokenizer.framed and dialect == "openai_chat" and _is_plain(request):
        return Count(tokens, tokens, tokens, How.EXACT)
    return estimate(tokens, prior(tokenizer))


def output_count(answer: ModelAnswer, model: str) -> Count | None:
    """The tokens of what was answered; None where the model has thought without showing it."""
    thought = answer.usage.reasoning_tokens if answer.usage is not None else None
    if thought or (thought is None and model.lower().startswith(_THINKERS)):
        return None
    tokenizer = tokenizer_for(model)
    said = tokenizer.count(answer.text + (answer.refusal or "") + answer.reasoning)
    tokens = said + sum(_call(call, tokenizer) for call in answer.tool_calls)
    if tokenizer.own and not answer.tool_calls and not answer.reasoning:
        return Count(tokens, tokens, tokens + ENDING, How.EXACT)
    return estimate(tokens, prior(tokenizer))


def estimate(tokens: int, error: float, how: How = How.ESTIMATE, slack: int = SLACK) -> Count:
    """A count that may be off by a share of itself and a little more."""
    off = round(tokens * error) + slack
    return Count(tokens, max(0, tokens - off), tokens + off, how)


def prior(tokenizer: Tokenizer) -> float:
    """How far an estimate may be off before anything is known of the run."""
    if not tokenizer.table:
        return BY_LENGTH
    return OWN_TABLE if tokenizer.own else OTHER_TABLE


@lru_cache(maxsize=65_536)
def _message(message: Message, tokenizer: Tokenizer) -> int:
    tokens = _MESSAGE + tokenizer.count(message.role) + tokenizer.count(message.text)
    if message.name:
        tokens += _NAME + tokenizer.count(message.name)
    tokens += sum(_call(call, tokenizer) for call in message.tool_calls)
    return tokens + sum(_MESSAGE + tokenizer.count(result.content) for result in message.results)


def _call(call: ToolCall, tokenizer: Tokenizer) -> int:
    return _CALL + tokenizer.count(call.name) + tokenizer.count(call.arguments)


def _schema(schema: Any, tokenizer: Tokenizer) -> int:
    """What a schema of arguments comes to: its names and descriptions, with a little around each."""
    if isinstance(schema, list):
        return sum(_schema(entry, tokenizer) for entry in schema)
    if not isinstance(schema, dict):
        return tokenizer.count(str(schema)) if schema is not None else 0
    tokens = 0
    for key, value in schema.items():
        tokens += _PROPERTY if key in ("type", "properties") else tokenizer.count(key)
        tokens += _schema(value, tokenizer)
    return tokens


def _is_plain(request: ModelRequest) -> bool:
    """Is there nothing in it but messages of text, whose framing is known?"""
    said = all(not message.tool_calls and not message.results for message in request.messages)
    return (
        said and not request.tools and not {"response_format", "functions", "messages"} & set(request.extra)
    )
