"""A provider's limits, shared by all sessions of a load: calls within a time, calls at once."""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass
from typing import ClassVar

from agentprobe.basis.clock import Clock
from agentprobe.chaos._replies import refused_with, spoken_in
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import ConfigError, Malformed, RateLimited, ServerError
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from agentprobe.kernel.session import Session

MARK = "fault:shared_limit"
"""Marked as a fault's, since the house has made it: it is the world, and no failure of a provider's."""
REFUSED = (429, 503, 529)
"""The statuses by which providers say that there are too many calls."""
_RATE = re.compile(r"(\d+)(?:/(s|min))?")
_SECONDS = {"s": 1.0, "min": 60.0, None: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a provider allows to all sessions together; None for no limit."""

    requests: int | None = None
    seconds: float = 1.0
    """The window in which so many requests may come."""
    capacity: int | None = None
    """How many may be under way at once."""

    def __str__(self) -> str:
        per = "second" if self.seconds == 1 else f"{self.seconds:g} s"
        told = (
            f"{self.requests} model calls a {per}" if self.requests is not None else "",
            f"{self.capacity} at once" if self.capacity is not None else "",
        )
        return ", ".join(filter(None, told))


def limits_of(rate: str, capacity: int | None) -> Limits:
    """The limits that `5`, `5/s` or `300/min` and a capacity mean; raises ConfigError for other words."""
    if not rate:
        return Limits(capacity=capacity)
    found = _RATE.fullmatch(rate.strip())
    if found is None or int(found[1]) < 1:
        raise ConfigError(f"--limit takes model calls in a time, as in 5, 5/s or 300/min, not '{rate}'")
    return Limits(requests=int(found[1]), seconds=_SECONDS[found[2]], capacity=capacity)


class Provider:
    """Counts the model calls of all sessions; shared by their threads."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._passed: deque[float] = deque()
        self._under_way = 0

    @property
    def under_way(self) -> int:
        """How many calls are being answered."""
        return self._under_way

    def admit(self) -> RateLimited | ServerError | None:
        """Let a call in, which `leave` must let out again, or say why not. What is refused does not count."""
        limits = self.limits
        with self._lock:
            now = self._clock.now()
            if limits.requests is not None:
                while self._passed and self._passed[0] <= now - limits.seconds:
                    self._passed.popleft()
                if len(self._passed) >= limits.requests:
                    wait = self._passed[0] + limits.seconds - now
                    return RateLimited(wait, limit=limits.requests, now=self._clock.date())
            if limits.capacity is not None and self._under_way >= limits.capacity:
                return ServerError(503, "The server is overloaded")
            if limits.requests is not None:
                self._passed.append(now)
            self._under_way += 1
        return None

    def leave(self) -> None:
        """A call is answered."""
        with self._lock:
            self._under_way -= 1

    def room(self, _: Session) -> Gate:
        """The room in which a session meets these limits."""
        return Gate(self)


class Gate:
    """Where a session's model calls meet the limits that all sessions share."""

    place: ClassVar[Place] = Place.SOURCE

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def intercept(self, call: Call) -> Passage:
        if call.kind is not Kind.MODEL or not isinstance(call.request, HttpRequest):
            return (yield call)
        refusal = self._provider.admit()
        if refusal is not None:
            return _refused(refusal, call, call.request).marked(MARK)
        try:
            return (yield call)
        finally:
            self._provider.leave()


def _refused(refusal: RateLimited | ServerError, call: Call, request: HttpRequest) -> Outcome:
    """In the words of the call's provider: of Anthropic being full is 529, of others 503."""
    dialect = spoken_in(call)
    if isinstance(refusal, RateLimited) or dialect is None:
        return refused_with(refusal, call)
    try:
        asked = dialect.read_request(plain_request(request), request.target)
    except Malformed:
        return refused_with(refusal, call)
    reply = dialect.write_refusal(Refusal(reason=Reason.OVERLOADED, retry_after=None), asked)
    return refused_with(refusal, call) if reply is None else Outcome(value=reply)
