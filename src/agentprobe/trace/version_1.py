"""Records of the trace file's version 1, and what they are in today's."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.domain.wire import Headers
from agentprobe.trace.records import (
    Answer,
    AnswerNotes,
    Body,
    CallRecord,
    CoverageRecord,
    EndRecord,
    Failure,
    Http,
    OutcomeRecord,
    Prompt,
    Record,
    RequestNotes,
    Settings,
    StateRecord,
    Tokens,
)


class CallRecord1(Struct, frozen=True, kw_only=True, tag_field="record", tag="call"):
    """A call of version 1: what was asked stands beside the request."""

    order: int
    id: str
    by: str
    place: str
    at: float
    kind: str
    name: str
    site: str = ""
    nth: int = 0
    effect: str = "read"
    path: str = ""
    intent: str = ""
    ref: str = ""
    purpose: str = ""
    via: str = ""
    dialect: str = ""
    attempt: int | None = None
    settings: Settings | None = None
    prompt: Prompt | None = None
    http: Http | None = None
    request: Body | None = None
    unread: str = ""


class OutcomeRecord1(Struct, frozen=True, kw_only=True, tag_field="record", tag="outcome"):
    """An outcome of version 1: what was answered stands beside the reply."""

    order: int
    id: str
    by: str
    place: str
    at: float
    seconds: float
    status: int | None = None
    first_chunk: float | None = None
    chunks: tuple[tuple[float, int], ...] = ()
    headers: Headers = ()
    body: Body | None = None
    answer: Answer | None = None
    usage: Tokens | None = None
    complete: bool | None = None
    error: Failure | None = None
    marks: tuple[str, ...] = ()
    unread: str = ""


Record1 = CallRecord1 | OutcomeRecord1 | StateRecord | CoverageRecord | EndRecord

_decoder: msgspec.json.Decoder[Record1] = msgspec.json.Decoder(Record1)


def decode(line: bytes) -> Record:
    """A line of version 1 as a record of today; raises msgspec.MsgspecError for a line that is no record."""
    return upgraded(_decoder.decode(line))


def upgraded(record: Record1) -> Record:
    """The same record in today's form.

    What was asked is read again out of a request that was kept, since its digests are made otherwise now.
    """
    if isinstance(record, CallRecord1):
        lost = record.request is None or record.request.withheld is not None
        noted = RequestNotes(settings=record.settings, prompt=record.prompt, unread=record.unread)
        return CallRecord(**_shared(record, CallRecord), noted=noted if lost else None)
    if isinstance(record, OutcomeRecord1):
        return OutcomeRecord(**_shared(record, OutcomeRecord), noted=_answer_notes(record))
    return record


def _answer_notes(record: OutcomeRecord1) -> AnswerNotes | None:
    if record.status is None:
        return None
    return AnswerNotes(
        answer=record.answer, usage=record.usage, complete=record.complete, unread=record.unread
    )


def _shared(record: CallRecord1 | OutcomeRecord1, kind: type[Struct]) -> dict[str, Any]:
    """The fields that both versions have."""
    names = set(record.__struct_fields__) & set(kind.__struct_fields__)
    return {name: getattr(record, name) for name in names}
