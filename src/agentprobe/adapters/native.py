"""Failures of the world in the words of those who meet them: an HTTP library's errors, a tool's errors."""

from __future__ import annotations

from typing import Any

from agentprobe.errors import (
    CutOff,
    Malformed,
    RateLimited,
    Refused,
    Reset,
    ServerError,
    ShortBody,
    TimedOut,
    Unreachable,
    WorldFailure,
)


class ToolRateLimited(ConnectionError):
    """What a tool raises when the service behind it asks for patience."""


class ToolUnavailable(ConnectionError):
    """What a tool raises when the service behind it breaks."""


_TOOL_ERRORS: tuple[tuple[type[WorldFailure], type[Exception]], ...] = (
    (TimedOut, TimeoutError),
    (Refused, PermissionError),
    (RateLimited, ToolRateLimited),
    (ServerError, ToolUnavailable),
    (Unreachable, ConnectionRefusedError),
    (CutOff, ConnectionResetError),
    (Malformed, ValueError),
)


def tool_error(failure: WorldFailure) -> Exception:
    """The error that a tool's own code would have raised."""
    for kind, error in _TOOL_ERRORS:
        if isinstance(failure, kind):
            return error(str(failure))
    return ConnectionError(str(failure))


def http_error(library: Any, failure: WorldFailure, request: Any, *, begun: bool) -> Exception:
    """The error that httpx or httpx2 raises when this happens on the wire.

    `begun` says whether the reply's head has already come: after that a connection can only fall silent or
    break.
    """
    if isinstance(failure, TimedOut):
        error: Exception = library.ReadTimeout("The read operation timed out", request=request)
    elif isinstance(failure, Unreachable | Refused) and not begun:
        error = library.ConnectError(f"[Errno 111] Connection refused: {failure}", request=request)
    elif isinstance(failure, Reset):
        error = library.ReadError("[Errno 104] Connection reset by peer", request=request)
    elif begun:
        lacking = str(failure) if isinstance(failure, ShortBody) else "incomplete chunked read"
        error = library.RemoteProtocolError(
            f"peer closed connection without sending complete message body ({lacking})", request=request
        )
    else:
        error = library.RemoteProtocolError(
            "Server disconnected without sending a response.", request=request
        )
    return error


def neutral_error(library: Any, error: Exception, patience: float | None) -> WorldFailure | None:
    """What a real error of httpx or httpx2 means to the rooms; None for what has no neutral word."""
    if isinstance(error, library.TimeoutException):
        return TimedOut(patience or 0.0)
    if isinstance(error, (library.RemoteProtocolError, library.ReadError, library.WriteError)):
        return CutOff(str(error))
    return None
