"""What faults do to requests: read them through their dialect, and ask for something else instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from agentprobe.chaos._replies import spoken_in
from agentprobe.chaos.fault import Fault
from agentprobe.dialects import Dialect
from agentprobe.dialects._compression import plain_request, with_plain_body
from agentprobe.dialects._conversation import Conversation
from agentprobe.domain.call import Call
from agentprobe.domain.wire import HttpRequest
from agentprobe.errors import Malformed
from agentprobe.kernel.room import Passage


class Asked(NamedTuple):
    """Another body to ask with, and in a few words what is other about it."""

    body: bytes
    did: str
    target: str = ""
    """Path and query, where these say something else too."""


def asked_otherwise(fault: Fault, call: Call, change: Callable[[bytes, Dialect], Asked | None]) -> Passage:
    """Let the call through with a changed request; as it is, unmarked, where nothing can be changed.

    The answer comes live. The change may raise Malformed for what it cannot read.
    """
    asked = _changed(call, change)
    if asked is None:
        return (yield call)
    fault.occasion.tell(asked.did)
    request = with_plain_body(call.request, asked.body)
    if asked.target:
        request = replace(request, target=asked.target)
    return fault.marked((yield replace(call, request=request)))


def told_otherwise(fault: Fault, call: Call, change: Callable[[Conversation], Asked | None]) -> Passage:
    """The same for a change of what the request tells of the past."""
    return asked_otherwise(fault, call, lambda body, dialect: change(dialect.conversation(body)))


def _changed(call: Call, change: Callable[[bytes, Dialect], Asked | None]) -> Asked | None:
    dialect = spoken_in(call)
    if dialect is None or not isinstance(call.request, HttpRequest):
        return None
    try:
        plain = plain_request(call.request)
        asked = change(plain, dialect)
    except Malformed:
        return None
    if asked is None or (asked.body == plain and asked.target in ("", call.request.target)):
        return None
    return asked
