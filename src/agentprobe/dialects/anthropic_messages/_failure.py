"""How Anthropic refuses: its envelope, its types and its headers."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.dialects._writing import CREATED, JSON, json_reply, merged
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.errors import Malformed, RateLimited, Refused, ServerError, WorldFailure

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_SPENT = {"error_code": "enforced_spend_limit_reached"}
_REQUESTS, _TOKENS = 50, 40000
_CUT = b'{"id":"msg_01X7a","type":"message","role":"assistant","model":"claude","content":[{"type":"te'


def write_failure(failure: WorldFailure, more: Headers) -> HttpReply | None:
    """The reply that says this failure; None for one that sends no bytes."""
    name = f"req_{digest(f'{type(failure).__name__}|{failure}')[:24]}"
    head: Headers = (("request-id", name),)
    match failure:
        case RateLimited(retry_after=wait):
            head = (*head, *_retry_after(wait), *limits(0, wait or 1.0, failure.limit, failure.now))
            return _error(429, "This request would exceed your rate limit.", name, merged(head, more))
        case ServerError(status=status):
            return _error(status, str(failure), name, merged(head, more))
        case Refused(status=status):
            details = _SPENT if status == 429 else None
            return _error(status, str(failure), name, merged(head, more), details)
        case Malformed():
            reply = HttpReply(status=200, headers=merged((JSON, *head), more))
            return reply.with_chunks([Chunk(_CUT)])
        case _:
            return None


def envelope(
    message: str, kind: str, request_id: str, details: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The provider's error object."""
    error: dict[str, Any] = {"type": kind, "message": message}
    if details is not None:
        error["details"] = details
    return {"type": "error", "error": error, "request_id": request_id}


def limits(requests: int, seconds: float, limit: int | None = None, now: datetime | None = None) -> Headers:
    """What is left of the limits, and when they are full again."""
    full = (now or datetime.fromtimestamp(CREATED, UTC)) + timedelta(seconds=math.ceil(seconds))
    reset = full.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        ("anthropic-ratelimit-requests-limit", str(_REQUESTS if limit is None else limit)),
        ("anthropic-ratelimit-requests-remaining", str(requests)),
        ("anthropic-ratelimit-requests-reset", reset),
        ("anthropic-ratelimit-tokens-limit", str(_TOKENS)),
        ("anthropic-ratelimit-tokens-remaining", str(_TOKENS - 1000)),
        ("anthropic-ratelimit-tokens-reset", reset),
    )


def _retry_after(seconds: float | None) -> Headers:
    return () if seconds is None else (("retry-after", str(math.ceil(seconds))),)


def _error(
    status: int, message: str, name: str, head: Headers, details: dict[str, Any] | None = None
) -> HttpReply:
    kind = _TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return json_reply(status, head, envelope(message, kind, name, details))
