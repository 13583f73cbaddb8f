"""How Google refuses: a status with its name, and details that say when to come back."""

from __future__ import annotations

import math
from typing import Any

from agentprobe.dialects._spoken import error_from
from agentprobe.dialects._writing import JSON, json_reply, merged
from agentprobe.domain.model import ModelError
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.errors import Malformed, RateLimited, Refused, ServerError, WorldFailure

_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
REASON = "type.googleapis.com/google.rpc.ErrorInfo"
RETRY = "type.googleapis.com/google.rpc.RetryInfo"
HEAD: Headers = (("server", "scaffolding on HTTPServer2"), ("vary", "Origin, X-Origin, Referer"))
_CUT = b'{"candidates":[{"content":{"parts":[{"text":"The ans'


def error_of(error: Any) -> ModelError:
    """An error in the provider's envelope: its status, and the reason where one is given."""
    if not isinstance(error, dict) or "status" not in error:
        return error_from(error)
    status = str(error.get("status") or "error")
    details = error.get("details")
    told = [one for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    reason = next((one.get("reason") for one in told if one.get("reason")), None)
    return ModelError(type=status, message=str(error.get("message") or ""), code=str(reason or status))


def envelope(error: ModelError) -> dict[str, Any]:
    """The provider's error object for an error that somebody has told us."""
    status = next((number for number, name in _NAMES.items() if name == error.type), 500)
    said: dict[str, Any] = {"code": status, "message": error.message, "status": error.type}
    if error.code not in (None, error.type):
        said["details"] = [{"@type": REASON, "reason": error.code, "domain": "googleapis.com"}]
    return said


def write_failure(failure: WorldFailure, more: Headers) -> HttpReply | None:
    """The reply that says this failure; None for one that sends no bytes."""
    match failure:
        case RateLimited(retry_after=wait):
            return _rate_limited(wait, merged(HEAD, more), failure.limit)
        case ServerError(status=status) | Refused(status=status):
            return error_reply(status, str(failure), merged(HEAD, more))
        case Malformed():
            reply = HttpReply(status=200, headers=merged((JSON, *HEAD), more))
            return reply.with_chunks([Chunk(_CUT)])
        case _:
            return None


def _rate_limited(wait: float | None, head: Headers, limit: int | None) -> HttpReply:
    again = f" Please retry in {wait:g}s." if wait is not None else ""
    quota = {} if limit is None else {"quotaValue": str(limit)}
    details: list[dict[str, Any]] = [
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [
                {
                    "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
                    "quotaId": "GenerateRequestsPerMinutePerProjectPerModel",
                    **quota,
                }
            ],
        }
    ]
    if wait is not None:
        details.append({"@type": RETRY, "retryDelay": f"{wait:g}s"})
        head = merged((("retry-after", str(math.ceil(wait))),), head)
    message = f"You exceeded your current quota, please check your plan and billing details.{again}"
    return error_reply(429, message, head, details)


def error_reply(
    status: int, message: str, head: Headers, details: list[dict[str, Any]] | None = None
) -> HttpReply:
    """An error in the provider's envelope, under the name that its status has."""
    name = _NAMES.get(status, "INTERNAL" if status >= 500 else "FAILED_PRECONDITION")
    said: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        said["details"] = details
    return json_reply(status, head, {"error": said})
