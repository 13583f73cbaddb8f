"""What Gemini's path and query say: the model, and how the answer is to come."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, quote, unquote

from agentprobe.domain.model import ModelRequest

STREAMED = "streamGenerateContent"
FORM = "alt"
"""In `extra`: the form of a stream, where it is another one than events; never in a body."""
ARRAY = "json"
_NAMED = re.compile(r"/([^/:?]+):([A-Za-z]+)/?(?=\?|\Z)")


def model_in(target: str) -> str:
    """The model's name; nothing where the target has none."""
    named = _NAMED.search(target.partition("?")[0])
    return unquote(named[1]) if named else ""


def asked_in(target: str, request: ModelRequest) -> ModelRequest:
    """The request with what its target says."""
    path, _, query = target.partition("?")
    named = _NAMED.search(path)
    if named is None:
        return request
    stream = named[2] == STREAMED
    extra = request.extra
    if stream and parse_qs(query).get(FORM) != ["sse"]:
        extra = {**extra, FORM: ARRAY}
    return replace(request, model=unquote(named[1]), stream=stream, stream_usage=stream, extra=extra)


def target_of(request: ModelRequest, path: str) -> str:
    """The path and query that say all this again."""
    method = STREAMED if request.stream else "generateContent"
    sse = request.stream and request.extra.get(FORM) != ARRAY
    return path.format(model=quote(request.model, safe=""), method=method) + ("?alt=sse" if sse else "")


def with_model(target: str, model: str) -> str:
    """The target with another model."""
    path, mark, query = target.partition("?")
    named = _NAMED.search(path)
    if named is None:
        return target
    return f"{path[: named.start(1)]}{quote(model, safe='')}{path[named.end(1) :]}{mark}{query}"
