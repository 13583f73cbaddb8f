"""What makes two calls the same call: who is asked, and what for, with secrets out of sight."""

from __future__ import annotations

from typing import Any

import msgspec

from agentprobe.basis.canonical import canonical, digest
from agentprobe.dialects._compression import ENCODINGS
from agentprobe.domain.call import Call, Kind
from agentprobe.domain.wire import HttpRequest
from agentprobe.trace.body import packed, packed_value, unpacked, unpacked_bytes
from agentprobe.trace.model_notes import RETRIES
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.records import Body, encode
from agentprobe.trace.redact import Redaction

_body: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body)


class Asked(msgspec.Struct, frozen=True):
    """What a call asks, as it would stand in a trace."""

    kind: str
    name: str
    dialect: str = ""
    attempt: int = 0
    """How often the SDK says it had tried before; two attempts ask the same."""
    body: Body | None = None

    @property
    def value(self) -> Any:
        """The request, read."""
        return unpacked(self.body)

    @property
    def key(self) -> str:
        """Equal for calls that ask the same, however their JSON is spaced and sorted."""
        by = self.dialect if self.kind == Kind.MODEL else self.name
        return digest(b"\0".join([self.kind.encode(), by.encode(), _spelling(self.body)]))


def asked_live(call: Call, redact: Redaction) -> Asked:
    """What a call asks that is being made; cleaned as it would be before it is written."""
    request = call.request
    if not isinstance(request, HttpRequest):
        return Asked(call.kind.value, call.name, body=_clean(packed_value(request), redact))
    said = request.header(RETRIES) or ""
    body = packed(request.body, request.header(ENCODINGS) or "", redact.finds)
    attempt = int(said) if said.isascii() and said.isdigit() else 0
    return Asked(call.kind.value, call.name, call.dialect, attempt, _clean(body, redact))


def asked_then(call: TracedCall) -> Asked:
    """What a recorded call asked."""
    record = call.record
    return Asked(record.kind, record.name, record.dialect, record.attempt or 0, record.request)


def _clean(body: Body, redact: Redaction) -> Body:
    line = encode(body)
    cleaned = redact.clean(line)
    return body if cleaned == line else _body.decode(cleaned)


def _spelling(body: Body | None) -> bytes:
    """The request's bytes, those of JSON in one spelling; of what was withheld only its size is known."""
    if body is None:
        return b""
    if body.withheld is not None:
        return b"withheld %d" % body.withheld
    data = unpacked_bytes(body)
    try:
        return canonical(msgspec.json.decode(data))
    except (msgspec.MsgspecError, RecursionError):
        return data
