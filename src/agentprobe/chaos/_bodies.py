"""Replies with their JSON objects changed, whole or frame by frame: for what a dialect never writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agentprobe.chaos._frames import object_in
from agentprobe.dialects import Dialect
from agentprobe.dialects._fields import BROKEN, decoded
from agentprobe.dialects._writing import to_json
from agentprobe.domain.wire import HttpReply

Rewrite = Callable[[dict[str, Any]], dict[str, Any] | None]
"""What becomes of an object; None for a frame that is left out."""


def rewritten(reply: HttpReply, dialect: Dialect, change: Rewrite) -> HttpReply:
    """The reply with each of its objects changed; all else stays."""
    if dialect.streams(reply):
        frames = (_rewritten(frame, change) for frame in dialect.frames(reply))
        return dialect.write_frames(reply, [frame for frame in frames if frame is not None])
    body = _rewritten(reply.body, change)
    return reply.with_chunks([replace(reply.chunks[-1], data=body or b"{}")])


def _rewritten(frame: bytes, change: Rewrite) -> bytes | None:
    place = object_in(frame)
    if place is None:
        return frame
    start, end = place
    try:
        told = decoded(frame[start:end])
    except BROKEN:
        return frame
    changed = change(told)
    return None if changed is None else frame[:start] + to_json(changed) + frame[end:]
