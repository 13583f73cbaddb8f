"""What a provider's server answers beside model calls: the list of its models, and that a path is unknown."""

from __future__ import annotations

from typing import Any

from agentprobe.basis.canonical import canonical
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest

MODEL = "simulated"
"""The model a simulation lists; it answers to any other name as well."""


def side_reply(http: HttpRequest) -> HttpReply:
    """Answer a request that is no model call."""
    path = http.target.partition("?")[0].rstrip("/")
    if http.method in ("GET", "HEAD"):
        if not path:
            return _json(200, {"simulated": True, "message": "a simulated model; see /v1/models"})
        if path == "/api/tags":
            return _json(200, {"models": [{"name": MODEL, "model": MODEL}]})
        if path.endswith("/models"):
            return _json(200, _models())
        if "/models/" in path:
            return _json(200, _model(path.rpartition("/models/")[2]))
    return _json(404, _not_found(f"the simulated model does not answer {http.method} {path or '/'}"))


def _models() -> dict[str, Any]:
    """A list that every provider's SDK can read: the keys of all, side by side."""
    page = {"has_more": False, "first_id": MODEL, "last_id": MODEL}
    gemini = {"models": [_model(MODEL)]}
    return {"object": "list", "data": [_model(MODEL)], **page, **gemini}


def _model(name: str) -> dict[str, Any]:
    openai = {"object": "model", "created": 1_767_571_200, "owned_by": "agentprobe"}
    anthropic = {"type": "model", "display_name": name, "created_at": "2026-01-05T00:00:00Z"}
    gemini = {"name": f"models/{name}", "displayName": name}
    return {"id": name, **openai, **anthropic, **gemini}


def _not_found(message: str) -> dict[str, Any]:
    """An error that every provider's SDK can read."""
    error = {"type": "not_found_error", "message": message, "param": None, "code": "not_found"}
    return {"type": "error", "error": error}


def _json(status: int, body: dict[str, Any]) -> HttpReply:
    headers = (("content-type", "application/json"),)
    return HttpReply(status=status, headers=headers, chunks=(Chunk(canonical(body)),))
