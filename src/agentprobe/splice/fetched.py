"""Ways by which an agent could come by a model's answer past its suppression; they are refused meanwhile."""

from __future__ import annotations

import re

from agentprobe.kernel.session import Session
from agentprobe.splice.suppress import Suppression

_STORED = re.compile(
    r"/(?:responses/(?!input_tokens$|compact$)[^/]+|conversations/[^/]+|chat/completions/[^/]+|"
    r"messages/batches/[^/]+|threads)(?:/|$)"
)
"""Where a provider keeps what a model has said."""
_OTHER = re.compile(
    r"/(?:batches|realtime|assistants|interactions)(?:/|$)|/files/[^/]+/content$|/api/(?:chat|generate)$|"
    r":(?:stream|batch)?generatecontent$|/(?:converse|invoke)(?:-stream|-with-response-stream)?$"
)
"""Where a model is spoken to in a way that nobody here can read, or what it has said comes as a file."""


def is_suppressing(session: Session) -> bool:
    """Is the agent of this session kept from calling a tool?"""
    return any(isinstance(room, Suppression) for room in session.boundary.rooms)


def withheld(session: Session, method: str, target: str, *, of_models: bool) -> str:
    """Why a request that is no call of the corridor is refused; empty for one that may pass.

    `of_models` says that it goes to where models live.
    """
    path = target.partition("?")[0].rstrip("/").lower()
    found = method != "DELETE" and (_STORED.search(path) or (of_models and _OTHER.search(path)))
    if not found or not is_suppressing(session):
        return ""
    return (
        f"agentprobe: while tools are suppressed, {method} {path} is refused: its answer could hold a call "
        "that the agent must not see. Ask for answers as they come, without background mode, batches or "
        "web sockets of another protocol; or leave --suppress out"
    )
