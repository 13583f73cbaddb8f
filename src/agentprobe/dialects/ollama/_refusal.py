"""How Ollama's servers refuse for a reason: one line of text each; for some reasons they never do."""

from __future__ import annotations

import math

from agentprobe.dialects._writing import json_reply
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import Headers, HttpReply

_SPENT = "you have reached your weekly usage limit, please wait or upgrade to continue"
_SAID = {
    Reason.TOKENS_LIMIT: (
        429,
        "you have reached your session usage limit, please wait or upgrade to continue",
    ),
    Reason.GROWING_TOO_FAST: (429, "too many concurrent requests"),
    Reason.CREDITS_SPENT: (429, _SPENT),
    Reason.ORGANIZATION_SPENT: (429, _SPENT),
    Reason.PROJECT_SPENT: (429, _SPENT),
    Reason.OVERLOADED: (503, "server busy, please try again.  maximum pending requests exceeded"),
    Reason.TIMED_OUT: (504, "upstream request timed out"),
    Reason.CONTEXT_TOO_LONG: (
        400,
        "the input length exceeds the context length: {size} tokens, at most {most} are allowed",
    ),
    Reason.REQUEST_TOO_LARGE: (413, "http: request body too large"),
    Reason.KEY_EXPIRED: (401, "unauthorized"),
    Reason.PERMISSION_DENIED: (403, "this model requires a subscription, upgrade for access"),
    Reason.MODEL_REMOVED: (404, "model '{model}' not found"),
    Reason.PARAMETER_REJECTED: (400, "registry.ollama.ai/library/{model} does not support {parameter}"),
}
_CAPABILITIES = ("tools", "think")
"""What a model may not support; other settings that are not understood are ignored."""


def write_refusal(refusal: Refusal, request: ModelRequest) -> HttpReply | None:
    """The reply that says this refusal; None for one that no such server gives."""
    if refusal.reason not in _SAID:
        return None
    if refusal.reason is Reason.PARAMETER_REJECTED and refusal.parameter not in _CAPABILITIES:
        return None
    status, template = _SAID[refusal.reason]
    message = template.format(
        size=refusal.size, most=refusal.most, parameter=refusal.parameter, model=request.model
    )
    wait = refusal.retry_after
    head: Headers = () if wait is None else (("retry-after", str(math.ceil(wait))),)
    return json_reply(status, head, {"error": message})
