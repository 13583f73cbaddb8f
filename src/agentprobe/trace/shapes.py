"""Records without what was said: of every payload only its size, a keyed digest and the shape of its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from agentprobe.domain.model import ToolCall
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.trace.body import unpacked_bytes
from agentprobe.trace.model_notes import answer_notes, request_notes
from agentprobe.trace.records import (
    Answer,
    AnswerNotes,
    Body,
    CallRecord,
    CoverageRecord,
    EndRecord,
    Header,
    OutcomeRecord,
    Record,
    RequestNotes,
    StateRecord,
)

MOST_KEYS = 100
"""Of a longer list or a larger object only so many items are told apart."""
_TELLING_HEADERS = frozenset(
    ("content-type", "content-length", "content-encoding", "retry-after", "retry-after-ms", "x-should-retry")
)
"""Headers whose values tell how a call went and nothing of what was said."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """Takes the content out of records; equal content keeps equal digests, under a key of one's own."""

    key: bytes

    def without(self, record: Record | Header) -> Record | Header:
        """The record with nothing in it that anybody has said."""
        match record:
            case Header():
                return replace(record, content=False, agent=self._command(record.agent))
            case CallRecord():
                return self._call(record)
            case OutcomeRecord():
                return self._outcome(record)
            case StateRecord():
                return replace(record, value=self.body(record.value))
            case CoverageRecord():
                return replace(record, process=record.process.partition(" ")[0])
            case EndRecord():
                return replace(record, facts={**record.facts, **self._error(record.facts)})

    def body(self, body: Body | None) -> Body | None:
        """A payload's size, digest and shape."""
        if body is None or body.withheld is not None or body.lost is not None:
            return body
        data = unpacked_bytes(body) or (body.repr or "").encode()
        shape = Raw(msgspec.json.encode(_shape(data)))
        return Body(shape=shape, size=len(data), digest=self.digest(data), coding=body.coding)

    def _call(self, record: CallRecord) -> CallRecord:
        http = record.http
        target = http.target if http is not None else ""
        noted = record.noted or request_notes(record.dialect, unpacked_bytes(record.request), target)
        return replace(
            record,
            request=self.body(record.request),
            intent=self.digest(record.intent.encode()) if record.intent else "",
            http=replace(http, target=http.target.partition("?")[0], headers=_headers(http.headers))
            if http
            else None,
            noted=self._asked(noted) if record.dialect else None,
        )

    def _asked(self, noted: RequestNotes) -> RequestNotes:
        prompt, settings = noted.prompt, noted.settings
        if prompt is not None:
            system, tools, messages = (
                self.digest(part.encode()) if part else ""
                for part in (prompt.system, prompt.tools, prompt.messages)
            )
            prompt = replace(prompt, system=system, tools=tools, messages=messages)
        if settings is not None and settings.stop:
            settings = replace(settings, stop=tuple(self.said(text) for text in settings.stop))
        return RequestNotes(settings=settings, prompt=prompt, unread=bool(noted.unread) * "it cannot be read")

    def _outcome(self, record: OutcomeRecord) -> OutcomeRecord:
        noted, error = record.noted, record.error
        if noted is None and record.status is not None and record.dialect:
            chunk = Chunk(unpacked_bytes(record.body))
            headers = [pair for pair in record.headers if pair[0].lower() != "content-encoding"]
            reply = HttpReply(status=record.status, headers=tuple(headers), chunks=(chunk,))
            noted = answer_notes(record.dialect, reply)
            noted = replace(noted, complete=False) if error is not None else noted
        return replace(
            record,
            body=self.body(record.body),
            headers=_headers(record.headers),
            noted=self._told(noted) if noted else None,
            error=replace(error, message="") if error else None,
        )

    def _told(self, noted: AnswerNotes) -> AnswerNotes:
        answer, error = noted.answer, noted.error
        return replace(
            noted,
            answer=self._answer(answer) if answer else None,
            error=replace(error, message="") if error else None,
            unread=bool(noted.unread) * "it cannot be read",
        )

    def _answer(self, answer: Answer) -> Answer:
        return replace(
            answer,
            text=self.said(answer.text),
            refusal=self.said(answer.refusal) if answer.refusal else answer.refusal,
            reasoning=self.said(answer.reasoning),
            tool_calls=tuple(
                ToolCall(id=call.id, name=call.name, arguments=self._arguments(call.arguments))
                for call in answer.tool_calls
            ),
        )

    def _arguments(self, text: str) -> str:
        return unpacked_bytes(self.body(Body(text=text))).decode() if text else ""

    def said(self, text: str) -> str:
        """What stands for a text: how long it was, and its digest."""
        return f"[not kept: {len(text):,} characters, {self.digest(text.encode())[:12]}]" if text else ""

    def _command(self, agent: Mapping[str, Any]) -> dict[str, Any]:
        """The program alone: what is asked stands among the words behind it."""
        words = agent.get("command")
        listed = words if isinstance(words, list | tuple) else str(words or "").split(" ")
        kept = {name: value for name, value in agent.items() if name == "name"}
        rest = self.said(" ".join(map(str, listed[1:])))
        return {**kept, "command": [str(listed[0]), rest]} if words else kept

    def _error(self, facts: Mapping[str, Any]) -> dict[str, str]:
        return {"error": str(facts["error"]).partition(":")[0]} if "error" in facts else {}

    def digest(self, data: bytes) -> str:
        return blake2b(data, key=self.key[:64], digest_size=16).hexdigest()


def _shape(data: bytes) -> Any:
    try:
        return _kind(msgspec.json.decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "bytes"


def _kind(value: Any) -> Any:
    match value:
        case dict():
            return {str(name): _kind(item) for name, item in list(value.items())[:MOST_KEYS]}
        case list():
            return [_kind(item) for item in value[:MOST_KEYS]]
        case bool():
            return "true or false"
        case int() | float():
            return "number"
        case None:
            return "nothing"
    return "text"


def _headers(headers: Headers) -> Headers:
    return tuple((name, value if name.lower() in _TELLING_HEADERS else "") for name, value in headers)
