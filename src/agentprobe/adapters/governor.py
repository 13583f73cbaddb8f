"""The governor: steers how often and how fast an agent's SDKs try again, over all layers that do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from agentprobe.basis.canonical import digest
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.wire import Headers, HttpReply, HttpRequest
from agentprobe.errors import ConfigError, Malformed
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from agentprobe.kernel.session import MakeRoom

STOPPED, HURRIED = "governor:no_more_retries", "governor:fast_retry"
"""The marks of what it changed."""
FAST_MS = 5
"""Milliseconds that an SDK waits when it is hurried."""
_RETRIED = frozenset({408, 409, 429})
_FIRST_SERVER_ERROR = 500
_OURS = frozenset({"x-should-retry", "retry-after", "retry-after-ms"})


@dataclass
class Governor:
    """Tells SDKs by their own headers when to try again no more, and when to do so at once.

    It counts the failed attempts at one request, whichever layer makes them: the SDK, the framework, the
    task. Once there were `retries` beyond the first, a failure says `x-should-retry: false`; before that, a
    hurried one says `retry-after-ms: 5`. The SDKs of OpenAI and Anthropic obey, and those built on them. A
    layer that does not is answered as ever. An answer begins the count anew. A broken connection has no
    headers to say it with: it counts, and passes.
    """

    retries: int | None = None
    fast: bool = False
    place: ClassVar[Place] = Place.GUARD
    _failed: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def intercept(self, call: Call) -> Passage:
        if call.kind is not Kind.MODEL or not isinstance(call.request, HttpRequest):
            return (yield call)
        key = _asked(call, call.request)
        outcome = yield call.hold_refusals()
        reply = outcome.value if isinstance(outcome.value, HttpReply) else None
        if (
            reply is not None
            and outcome.ok
            and reply.status < _FIRST_SERVER_ERROR
            and reply.status not in _RETRIED
        ):
            self._forget(key)
            return outcome
        spent = self._count(key)
        if reply is None or reply.status < 400:
            return outcome
        return self._steered(outcome, reply, spent=spent)

    def _steered(self, outcome: Outcome, reply: HttpReply, *, spent: bool) -> Outcome:
        if spent:
            told: Headers = (("x-should-retry", "false"),)
            return replace(outcome, value=_with(reply, told)).marked(STOPPED)
        if not self.fast:
            return outcome
        told = (("x-should-retry", "true"), ("retry-after-ms", str(FAST_MS)))
        return replace(outcome, value=_with(reply, told)).marked(HURRIED)

    def _count(self, key: str) -> bool:
        """Note a failed attempt; says whether it was the last one that there may be."""
        with self._lock:
            self._failed[key] += 1
            return self.retries is not None and self._failed[key] > self.retries

    def _forget(self, key: str) -> None:
        with self._lock:
            self._failed.pop(key, None)


def governing(retries: int | None, *, fast: bool) -> Iterable[MakeRoom]:
    """The room that these settings need, or none; raises ConfigError for a number below 0."""
    if retries is not None and retries < 0:
        raise ConfigError(f"retries is {retries}; it must be 0 or more")
    if retries is not None or fast:
        yield lambda _: Governor(retries, fast)


def governed(retries: int | None, *, fast: bool) -> Mapping[str, Any]:
    """What a trace says of it."""
    said = {"retries": retries, "fast_retries": fast or None}
    return {name: value for name, value in said.items() if value is not None}


def _asked(call: Call, request: HttpRequest) -> str:
    """What attempts at one call have in common."""
    try:
        body = plain_request(request)
    except Malformed:
        body = request.body
    return digest(b"\0".join([call.path.encode(), request.target.encode(), body]))


def _with(reply: HttpReply, told: Headers) -> HttpReply:
    kept = tuple((name, value) for name, value in reply.headers if name.lower() not in _OURS)
    return replace(reply, headers=(*kept, *told))
