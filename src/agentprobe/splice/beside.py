"""What the rooms of this package have in common: calls that only the traffic tells of, changed requests."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import msgspec

from agentprobe.dialects import Dialect, Edits
from agentprobe.dialects._compression import plain_request, with_plain_body
from agentprobe.domain.call import NOTHING, Call, Outcome
from agentprobe.domain.model import Message
from agentprobe.domain.wire import HttpReply, HttpRequest
from agentprobe.errors import Malformed
from agentprobe.kernel.room import Interceptor
from agentprobe.kernel.walk import walk


def led(call: Call, rooms: Sequence[Interceptor], end: Outcome) -> Outcome:
    """Lead a call whose outcome is known already through rooms that need no time and no world."""
    with closing(walk(call, rooms)) as path:
        try:
            step = next(path)
            while True:
                step = path.send(end if isinstance(step, Call) else NOTHING)
        except StopIteration as done:
            outcome: Outcome = done.value
            return outcome


def edited(call: Call, dialect: Dialect, edits: Edits) -> Call:
    """The call with these edits in its request; the same one where none applies or it cannot be read."""
    request: HttpRequest = call.request
    try:
        plain = plain_request(request)
        body = dialect.edited(plain, edits)
    except Malformed:
        return call
    return call if body is plain else replace(call, request=with_plain_body(request, body))


def messages_in(call: Call, dialect: Dialect) -> tuple[Message, ...]:
    """What the request says; nothing where it cannot be read."""
    try:
        return dialect.read_request(plain_request(call.request), call.request.target).messages
    except Malformed:
        return ()


def good_reply(outcome: Outcome) -> HttpReply | None:
    """The reply of a provider that says success; None for everything else."""
    reply = outcome.value
    return reply if isinstance(reply, HttpReply) and reply.status < 400 else None


def arguments_of(text: str) -> Any:
    """What a tool is called with: a mapping, or the model's own text where that is no JSON."""
    try:
        return msgspec.json.decode(text) if text else {}
    except (msgspec.MsgspecError, RecursionError):
        return text
