"""How OpenAI refuses for a reason: status, type, code and headers of each."""

from __future__ import annotations

from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.dialects._openai import envelope, headers, retry_headers
from agentprobe.dialects._writing import json_reply, merged
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import Headers, HttpReply

_INVALID = "invalid_request_error"
_QUOTA = "insufficient_quota"
_USED_UP = "You exceeded your current quota, please check your plan and billing details."
_STATUSES = {
    Reason.OVERLOADED: 503,
    Reason.TIMED_OUT: 504,
    Reason.REQUEST_TOO_LARGE: 413,
    Reason.KEY_EXPIRED: 401,
    Reason.PERMISSION_DENIED: 403,
    Reason.MODEL_REMOVED: 404,
    Reason.CONTEXT_TOO_LONG: 400,
    Reason.PROMPT_FILTERED: 400,
    Reason.PARAMETER_REJECTED: 400,
}
"""All others are 429."""


def write_refusal(refusal: Refusal, request: ModelRequest, *, conversation: str) -> HttpReply:
    """The reply that says this refusal; `conversation` is the field in which the messages stand."""
    said = _said(refusal, request.model, conversation)
    name = f"req_{digest(f'{refusal}|{request.model}')}"
    head = merged(headers(name), (*retry_headers(refusal.retry_after), *_limits_used(refusal)))
    return json_reply(_STATUSES.get(refusal.reason, 429), head, {"error": said})


def _said(refusal: Refusal, model: str, conversation: str) -> dict[str, Any]:
    match refusal.reason:
        case Reason.CONTEXT_TOO_LONG:
            return _too_long(refusal, conversation)
        case Reason.PARAMETER_REJECTED:
            return _rejected(refusal)
        case Reason.TOKENS_LIMIT:
            return envelope(_tokens_used(refusal, model), "tokens", "rate_limit_exceeded")
        case reason:
            message, kind, code = _PLAIN[reason]
            return envelope(message.format(model=model), kind, code)


_PLAIN: dict[Reason, tuple[str, str, str | None]] = {
    Reason.GROWING_TOO_FAST: (
        "Slow down: your traffic is growing too fast. Reduce your request rate and raise it gradually.",
        "rate_limit_error",
        "slow_down",
    ),
    Reason.CREDITS_SPENT: (_USED_UP, _QUOTA, "credit_balance_exhausted"),
    Reason.ORGANIZATION_SPENT: (_USED_UP, _QUOTA, "organization_spend_limit_exceeded"),
    Reason.PROJECT_SPENT: (_USED_UP, _QUOTA, "project_spend_limit_exceeded"),
    Reason.BILLING_STOPPED: (
        "Your account is not active, please check your billing details on our website.",
        "billing_not_active",
        "billing_not_active",
    ),
    Reason.OVERLOADED: (
        "The server is currently overloaded. Please try again later.",
        "service_unavailable_error",
        "server_is_overloaded",
    ),
    Reason.TIMED_OUT: ("The server took too long to answer. Please try again.", "server_error", None),
    Reason.REQUEST_TOO_LARGE: ("Request body is too large.", _INVALID, "request_too_large"),
    Reason.KEY_EXPIRED: (
        "Incorrect API key provided: sk-****. You can find your API key in your account's settings.",
        _INVALID,
        "invalid_api_key",
    ),
    Reason.PERMISSION_DENIED: (
        "Project `proj_5aB1c` does not have access to model `{model}`",
        _INVALID,
        "model_not_found",
    ),
    Reason.MODEL_REMOVED: (
        "The model `{model}` does not exist or you do not have access to it.",
        _INVALID,
        "model_not_found",
    ),
    Reason.PROMPT_FILTERED: (
        "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
        _INVALID,
        "invalid_prompt",
    ),
}


def _too_long(refusal: Refusal, conversation: str) -> dict[str, Any]:
    message = "Your input exceeds the context window of this model. Please adjust your input and try again."
    if conversation == "messages":
        message = (
            f"This model's maximum context length is {refusal.most} tokens. However, your messages "
            f"resulted in {refusal.size} tokens. Please reduce the length of the messages."
        )
    return envelope(message, _INVALID, "context_length_exceeded") | {"param": conversation}


def _rejected(refusal: Refusal) -> dict[str, Any]:
    name = refusal.parameter
    if refusal.most:
        message = f"{name} is too large: {refusal.size}. This model supports at most {refusal.most} tokens."
        return envelope(message, _INVALID, "invalid_value") | {"param": name}
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return envelope(message, _INVALID, "unsupported_parameter") | {"param": name}


def _tokens_used(refusal: Refusal, model: str) -> str:
    again = f" Please try again in {refusal.retry_after:g}s." if refusal.retry_after is not None else ""
    used = refusal.most - refusal.size // 2
    return (
        f"Rate limit reached for {model} on tokens per min (TPM): "
        f"Limit {refusal.most}, Used {used}, Requested {refusal.size}.{again}"
    )


def _limits_used(refusal: Refusal) -> Headers:
    if refusal.reason is not Reason.TOKENS_LIMIT:
        return ()
    return (
        ("x-ratelimit-limit-tokens", str(refusal.most)),
        ("x-ratelimit-remaining-tokens", str(refusal.size // 2)),
        ("x-ratelimit-reset-tokens", f"{refusal.retry_after or 1:g}s"),
    )
