"""How Anthropic refuses for a reason: status, type, details and headers of each."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from agentprobe.basis.canonical import digest
from agentprobe.dialects._writing import json_reply, merged
from agentprobe.dialects.anthropic_messages._failure import envelope, limits
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import Headers, HttpReply


class _Words(NamedTuple):
    status: int
    kind: str
    message: str
    code: str | None = None
    """The stable name of the cause, where the provider gives one."""


_INVALID, _RATE = "invalid_request_error", "rate_limit_error"
_WORDS = {
    Reason.TOKENS_LIMIT: _Words(
        429,
        _RATE,
        "This request would exceed your organization's rate limit of {most:,} input tokens per minute.",
    ),
    Reason.GROWING_TOO_FAST: _Words(
        429, _RATE, "Your usage is growing too fast. Please try again later.", "ramp_limit_exceeded"
    ),
    Reason.CREDITS_SPENT: _Words(
        400, _INVALID, "Your credit balance is too low to access the Anthropic API."
    ),
    Reason.ORGANIZATION_SPENT: _Words(
        429, _RATE, "Your organization has reached its monthly spend limit.", "enforced_spend_limit_reached"
    ),
    Reason.PROJECT_SPENT: _Words(
        400, _INVALID, "You have reached your specified workspace API usage limits."
    ),
    Reason.BILLING_STOPPED: _Words(402, "billing_error", "There is an issue with your billing or payment."),
    Reason.OVERLOADED: _Words(529, "overloaded_error", "Overloaded"),
    Reason.TIMED_OUT: _Words(504, "timeout_error", "Request timed out"),
    Reason.CONTEXT_TOO_LONG: _Words(400, _INVALID, "prompt is too long: {size} tokens > {most} maximum"),
    Reason.REQUEST_TOO_LARGE: _Words(413, "request_too_large", "Request exceeds the maximum size"),
    Reason.KEY_EXPIRED: _Words(401, "authentication_error", "invalid x-api-key"),
    Reason.PERMISSION_DENIED: _Words(
        403, "permission_error", "Your API key does not have permission to use the model {model}."
    ),
    Reason.MODEL_REMOVED: _Words(404, "not_found_error", "model: {model}"),
    Reason.PROMPT_FILTERED: _Words(400, _INVALID, "Output blocked by content filtering policy"),
    Reason.PARAMETER_REJECTED: _Words(400, _INVALID, "`{parameter}` is deprecated for this model."),
}
_TOO_MANY = "{parameter}: {size} > {most}, which is the maximum allowed number of output tokens for {model}"


def write_refusal(refusal: Refusal, request: ModelRequest) -> HttpReply:
    """The reply that says this refusal."""
    words = _WORDS[refusal.reason]
    if refusal.reason is Reason.PARAMETER_REJECTED and refusal.most:
        words = words._replace(message=_TOO_MANY)
    message = words.message.format(
        size=refusal.size, most=refusal.most, parameter=refusal.parameter, model=request.model
    )
    name = f"req_{digest(f'{refusal}|{request.model}')[:24]}"
    details: dict[str, Any] | None = {"error_code": words.code} if words.code else None
    body = envelope(message, words.kind, name, details)
    return json_reply(words.status, (("request-id", name), *_headers(refusal)), body)


def _headers(refusal: Refusal) -> Headers:
    wait = refusal.retry_after
    if wait is None:
        return ()
    again: Headers = (("retry-after", str(math.ceil(wait))),)
    if refusal.reason is not Reason.TOKENS_LIMIT:
        return again
    tokens = (
        ("anthropic-ratelimit-tokens-limit", str(refusal.most)),
        ("anthropic-ratelimit-tokens-remaining", "0"),
        ("anthropic-ratelimit-input-tokens-limit", str(refusal.most)),
        ("anthropic-ratelimit-input-tokens-remaining", "0"),
    )
    return merged((*again, *limits(49, wait)), tokens)
