"""What the gateway says when it is not a provider that speaks: the world's failures in their native form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentprobe.basis.canonical import canonical
from agentprobe.dialects import Dialect
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.errors import AgentStopped, RateLimited, Refused, ServerError, WorldFailure

NO_RETRY: Headers = (("x-should-retry", "false"),)
"""How the SDKs are told that asking again is of no use."""


def in_its_words(failure: WorldFailure, dialect: Dialect | None, headers: Headers = ()) -> HttpReply | None:
    """How a provider would say `failure`; None for one that sends no bytes at all."""
    if dialect is not None:
        return dialect.write_failure(failure, headers)
    return plain(_status(failure), str(failure), headers)


def stopped(stop: AgentStopped, dialect: Dialect | None) -> HttpReply | None:
    """How an agent is told that the house has stopped it."""
    return in_its_words(Refused(f"agentprobe stopped this agent: {stop}"), dialect, NO_RETRY)


def broken(error: Exception, dialect: Dialect | None) -> HttpReply | None:
    """How an agent is told of a defect of ours: loudly, and without a retry."""
    words = f"agentprobe itself failed: {type(error).__name__}: {error}"
    return in_its_words(ServerError(500, words), dialect, NO_RETRY)


def plain(status: int, message: str, headers: Headers = ()) -> HttpReply:
    """An error of the gateway's own, for requests in no known dialect."""
    return plain_reply(status, {"error": {"message": message, "type": "agentprobe_gateway"}}, headers)


def plain_reply(status: int, said: Mapping[str, Any], headers: Headers = ()) -> HttpReply:
    """What the gateway itself answers, in JSON."""
    body = canonical(said)
    own: Headers = (("content-type", "application/json"), ("content-length", str(len(body))))
    return HttpReply(status=status, headers=(*own, *headers), chunks=(Chunk(body),))


def _status(failure: WorldFailure) -> int:
    match failure:
        case RateLimited():
            return 429
        case ServerError(status=status) | Refused(status=status):
            return status
        case _:
            return 502
