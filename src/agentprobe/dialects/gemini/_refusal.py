"""How Google refuses for a reason: status, message and details of each; a filtered prompt is no error."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from agentprobe.dialects import _sse
from agentprobe.dialects._writing import event_reply, json_reply, merged, to_json
from agentprobe.dialects.gemini._failure import HEAD, REASON, RETRY, error_reply
from agentprobe.dialects.gemini._target import ARRAY, FORM
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import Chunk, Headers, HttpReply


class _Words(NamedTuple):
    status: int
    message: str
    reason: str = ""
    """What the details name as the reason."""
    quota: tuple[str, str] | None = None
    """The metric and the id of the quota that is used up."""


_TOKENS = (
    "generate_content_paid_tier_input_token_count",
    "GenerateContentInputTokensPerModelPerMinute-PaidTier",
)
_DAY = ("generate_content_paid_tier_requests", "GenerateRequestsPerDayPerProjectPerModel-PaidTier")
_USED_UP = "You exceeded your current quota, please check your plan and billing details."
_WORDS = {
    Reason.TOKENS_LIMIT: _Words(429, _USED_UP, quota=_TOKENS),
    Reason.GROWING_TOO_FAST: _Words(429, "Resource exhausted. Please try again later."),
    Reason.CREDITS_SPENT: _Words(429, "Your prepayment credits are depleted."),
    Reason.ORGANIZATION_SPENT: _Words(429, "Your billing account has exceeded its monthly spending cap."),
    Reason.PROJECT_SPENT: _Words(429, _USED_UP, quota=_DAY),
    Reason.BILLING_STOPPED: _Words(
        403, "This API method requires billing to be enabled.", "BILLING_DISABLED"
    ),
    Reason.OVERLOADED: _Words(503, "The model is overloaded. Please try again later."),
    Reason.TIMED_OUT: _Words(504, "Deadline expired before operation could complete."),
    Reason.CONTEXT_TOO_LONG: _Words(
        400, "The input token count ({size}) exceeds the maximum number of tokens allowed ({most})."
    ),
    Reason.REQUEST_TOO_LARGE: _Words(400, "Request payload size exceeds the limit: {most} bytes."),
    Reason.KEY_EXPIRED: _Words(400, "API key expired. Please renew the API key.", "API_KEY_INVALID"),
    Reason.PERMISSION_DENIED: _Words(403, "The caller does not have permission"),
    Reason.MODEL_REMOVED: _Words(
        404, "models/{model} is not found for API version v1beta, or is not supported for {method}."
    ),
    Reason.PARAMETER_REJECTED: _Words(
        400, "Invalid JSON payload received. Unknown name \"{last}\" at '{outer}': Cannot find field."
    ),
}
_TOO_MANY = (
    "Unable to submit request because it has a {last} value of {size} but at most {most} are supported."
)


def write_refusal(refusal: Refusal, request: ModelRequest) -> HttpReply:
    """The reply that says this refusal; that of a filtered prompt has no candidates and status 200."""
    if refusal.reason is Reason.PROMPT_FILTERED:
        return _blocked(request)
    words = _WORDS[refusal.reason]
    template = words.message
    if refusal.reason is Reason.PARAMETER_REJECTED and refusal.most:
        template = _TOO_MANY
    outer, _, last = refusal.parameter.rpartition(".")
    message = template.format(
        size=refusal.size,
        most=refusal.most,
        outer=outer or "request",
        last=last,
        model=request.model,
        method="generateContent",
    )
    wait = refusal.retry_after
    again = f" Please retry in {wait:g}s." if wait is not None else ""
    return error_reply(words.status, message + again, merged(_again(wait), HEAD), _details(words, wait))


def _again(wait: float | None) -> Headers:
    return () if wait is None else (("retry-after", str(math.ceil(wait))),)


def _details(words: _Words, wait: float | None) -> list[dict[str, Any]]:
    details: list[dict[str, Any]] = []
    if words.reason:
        details.append({"@type": REASON, "reason": words.reason, "domain": "googleapis.com"})
    if words.quota:
        metric, name = words.quota
        broken = {"quotaMetric": f"generativelanguage.googleapis.com/{metric}", "quotaId": name}
        details.append({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [broken]})
    if wait is not None:
        details.append({"@type": RETRY, "retryDelay": f"{wait:g}s"})
    return details


def _blocked(request: ModelRequest) -> HttpReply:
    said = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12},
        "modelVersion": request.model,
    }
    if not request.stream:
        return json_reply(200, HEAD, said)
    if request.extra.get(FORM) == ARRAY:
        return json_reply(200, HEAD, None).with_chunks([Chunk(b"[" + to_json(said) + b"\n]")])
    return event_reply(HEAD, [_sse.written(to_json(said))])
