"""The tree of everything that can go wrong: three roots and no more."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

_NOT_THE_USERS = (
    "<",  # what is frozen into Python, and what was never in a file
    sysconfig.get_path("stdlib"),
    sysconfig.get_path("purelib"),
    sysconfig.get_path("platlib"),
    str(Path(__file__).parent),
)
"""How the names of files begin that the user has not written."""


class AgentProbeError(Exception):
    """The user can mend it; the message says how."""


class ConfigError(AgentProbeError):
    """A setting, a file or a command line says something that cannot be meant."""


class TraceError(AgentProbeError):
    """A trace cannot be read, or not by this version."""


class FixtureError(AgentProbeError):
    """A world or a task cannot be built as described."""


class ReplayMiss(AgentProbeError):
    """A replayed run asked for something that was never recorded."""


class RoomError(AgentProbeError):
    """A room broke the rules of the corridor; the message names the rule."""


class MissingExtra(AgentProbeError):
    """An optional library is needed; the message names the extra to install."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra: pip install 'agentprobe-prod[{extra}]'")


class WorldFailure(Exception):
    """The outside failed, really or by design; adapters give it its native form."""


class TimedOut(WorldFailure):
    """Nothing came within the caller's patience."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} s")
        self.seconds = seconds


class RateLimited(WorldFailure):
    """Too many requests; `retry_after` is in seconds, None when the world did not say.

    `limit` is how many there may be, and `now` when it is said; None for what is usual.
    """

    def __init__(
        self, retry_after: float | None = None, *, limit: int | None = None, now: datetime | None = None
    ) -> None:
        super().__init__("rate limit reached")
        self.retry_after = retry_after
        self.limit = limit
        self.now = now


class ServerError(WorldFailure):
    """The other side broke; `status` is what it answered with."""

    def __init__(self, status: int = 500, message: str = "The server had an error") -> None:
        super().__init__(message)
        self.status = status


class Refused(WorldFailure):
    """The other side understood and will not do it."""

    def __init__(self, message: str = "refused", status: int = 403) -> None:
        super().__init__(message)
        self.status = status


class Malformed(WorldFailure):
    """What came back cannot be read."""


class CutOff(WorldFailure):
    """The connection ended before the answer did."""


class Unreachable(CutOff):
    """Nobody took the connection, so nothing was asked."""


class Reset(CutOff):
    """The other side threw the connection away."""


class ShortBody(CutOff):
    """The body ended before the length that its head states."""

    def __init__(self, received: int, expected: int) -> None:
        super().__init__(f"received {received} bytes, expected {expected}")
        self.received = received
        self.expected = expected


class Restarted(CutOff):
    """The other side ended in the middle of a call and came back, knowing nothing of before."""


class ToolFailed(WorldFailure):
    """A tool answered, and its answer says that it failed."""


class Rejected(WorldFailure):
    """The other side's protocol answered with an error in place of a result; `code` is the protocol's."""

    code = -32603

    def __init__(self, message: str = "internal error", code: int = -32603) -> None:
        super().__init__(message)
        self.code = code


class AgentStopped(BaseException):
    """The house has spoken; code under test must not swallow it, hence no Exception."""


class BudgetSpent(AgentStopped):
    """A limit of the session is used up."""


class BreakerOpen(AgentStopped):
    """Too many failures in a row; nothing is let through for now."""


class Killed(AgentStopped):
    """The agent's process ended in the middle of its work, by design."""


class Escalated(AgentStopped):
    """A person has to decide."""


MOST_NAMES = 40
"""A message that lists more names than this is read by nobody."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End a message about an unknown name with the nearest known one, or with those that are known."""
    known = sorted(known)
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"; did you mean '{near[0]}'?"
    more = f" and {len(known) - MOST_NAMES:,} more" if len(known) > MOST_NAMES else ""
    return f"; known are {', '.join(known[:MOST_NAMES])}{more}" if known else ""


def described(error: BaseException) -> str:
    """An exception in one line, with the innermost place in the user's own code that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(_NOT_THE_USERS)]
    place = f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
    text = _text(error)
    return f"{type(error).__name__}{f': {text}' if text else ''}{place}"


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - an exception of the user's may fail to say what it is
        return "(its text cannot be had)"
