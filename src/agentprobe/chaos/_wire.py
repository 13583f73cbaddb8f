"""What faults of the wire do to a reply: leave its end out, head it otherwise, let it come slowly."""

from __future__ import annotations

from dataclasses import replace

from agentprobe.dialects._compression import plain_reply
from agentprobe.domain.call import Call
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest
from agentprobe.errors import Malformed


def patience_of(call: Call) -> float | None:
    """How many seconds the caller waits for a byte; None where it did not say."""
    return call.request.patience if isinstance(call.request, HttpRequest) else None


def plain(reply: HttpReply) -> HttpReply | None:
    """A reply without compression and without a stated length; None for one that cannot be unpacked."""
    try:
        return headed(plain_reply(reply), "content-length", None)
    except Malformed:
        return None


def headed(reply: HttpReply, name: str, value: str | None) -> HttpReply:
    """The reply with this header in place of those of its name; without any for None."""
    kept = tuple(pair for pair in reply.headers if pair[0].lower() != name)
    return replace(reply, headers=kept if value is None else (*kept, (name, value)))


def silent_after(reply: HttpReply, seconds: float) -> HttpReply:
    """The reply, and behind it nothing for so long: an empty piece that waits that time."""
    last = reply.chunks[-1].seconds if reply.chunks else 0.0
    return reply.with_chunks((*reply.chunks, Chunk(b"", last, seconds)))
