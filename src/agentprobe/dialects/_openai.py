"""What OpenAI's protocols have in common: how they refuse, their headers, their names for settings."""

from __future__ import annotations

import math
from typing import Any

from msgspec import Raw

from agentprobe.basis.canonical import digest
from agentprobe.dialects._fields import decoded
from agentprobe.dialects._spans import Member, Patches
from agentprobe.dialects._writing import JSON, json_reply, merged
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.errors import Malformed, RateLimited, Refused, ServerError, WorldFailure

BASE_URL_VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
FINGERPRINT = "fp_5a1b3c9e21"
_REQUESTS, _TOKENS = 500, 30000
_REFUSALS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "permission_denied"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("insufficient_quota", "credit_balance_exhausted"),
}
_BROKEN_SERVERS = {503: ("service_unavailable_error", "server_is_overloaded")}


def read_tool_choice(raw: Raw) -> Any:
    """`auto`, `none`, `required`, or `{"name": …}` for one tool; what is none of these, as it came."""
    choice = decoded(raw)
    if isinstance(choice, dict) and choice.get("type") == "function":
        named = choice.get("function", choice)
        name = named.get("name") if isinstance(named, dict) else None
        return {"name": name} if isinstance(name, str) else choice
    return choice


def write_tool_choice(choice: Any, *, nested: bool) -> Any:
    """The provider's form of a choice; `nested` as chat completions have it."""
    if not isinstance(choice, dict) or choice.keys() != {"name"}:
        return choice
    return {"type": "function", "function": choice} if nested else {"type": "function", **choice}


def headers(request_id: str) -> Headers:
    """What stands above every answer."""
    return (
        ("x-request-id", request_id),
        ("openai-version", "2020-10-01"),
        ("openai-processing-ms", "412"),
        *_limits(_REQUESTS - 1, _TOKENS - 150, "120ms"),
    )


def failure(failure: WorldFailure, more: Headers, *, cut: bytes) -> HttpReply | None:
    """The reply that says this failure; `cut` is the beginning of an answer that stands for Malformed."""
    name = f"req_{digest(f'{type(failure).__name__}|{failure}')}"
    match failure:
        case RateLimited():
            return _rate_limited(failure, name, more)
        case ServerError():
            kind, code = _BROKEN_SERVERS.get(failure.status, ("server_error", None))
            return _error(failure.status, str(failure), kind, code, merged(headers(name), more))
        case Refused():
            kind, code = _refusal(failure)
            return _error(failure.status, str(failure), kind, code, merged(headers(name), more))
        case Malformed():
            reply = HttpReply(status=200, headers=merged((JSON, *headers(name)), more))
            return reply.with_chunks([Chunk(cut)])
        case _:
            return None


def _rate_limited(failure: RateLimited, name: str, more: Headers) -> HttpReply:
    wait, limit = failure.retry_after, _REQUESTS if failure.limit is None else failure.limit
    again = f" Please try again in {wait:g}s." if wait is not None else ""
    message = (
        f"Rate limit reached on requests per min (RPM): Limit {limit}, Used {limit}, Requested 1.{again}"
    )
    head = (
        ("x-request-id", name),
        *retry_headers(wait),
        *_limits(0, _TOKENS - 150, f"{wait or 0.12:g}s", limit),
    )
    return _error(429, message, "requests", "rate_limit_exceeded", merged(head, more))


def retry_headers(seconds: float | None) -> Headers:
    """When to come back: in whole seconds, and exactly."""
    if seconds is None:
        return ()
    return (("retry-after", str(math.ceil(seconds))), ("retry-after-ms", str(round(seconds * 1000))))


def _limits(requests: int, tokens: int, reset: str, limit: int = _REQUESTS) -> Headers:
    return (
        ("x-ratelimit-limit-requests", str(limit)),
        ("x-ratelimit-limit-tokens", str(_TOKENS)),
        ("x-ratelimit-remaining-requests", str(requests)),
        ("x-ratelimit-remaining-tokens", str(tokens)),
        ("x-ratelimit-reset-requests", reset),
        ("x-ratelimit-reset-tokens", "300ms"),
    )


def _refusal(failure: Refused) -> tuple[str, str | None]:
    if failure.status == 400 and "context length" in str(failure):
        return "invalid_request_error", "context_length_exceeded"
    return _REFUSALS.get(failure.status, ("invalid_request_error", None))


def _error(status: int, message: str, kind: str, code: str | None, head: Headers) -> HttpReply:
    return json_reply(status, head, {"error": envelope(message, kind, code)})


def envelope(message: str, kind: str, code: str | None) -> dict[str, Any]:
    """The provider's error object."""
    return {"message": message, "type": kind, "param": None, "code": code}


def free_choice(text: bytes, fields: dict[str, Member], patches: Patches) -> None:
    """Let a model that was made to call a tool, and has done so, say what it likes."""
    choice = fields.get("tool_choice")
    if choice is not None and decoded(Raw(text[choice.start : choice.end])) not in ("auto", "none", None):
        patches.replace(choice.span, b'"auto"')
