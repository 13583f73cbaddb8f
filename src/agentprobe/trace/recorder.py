"""The recorder: a room that writes down each call before it goes on and its outcome when it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import structs

from agentprobe.basis.clock import Clock
from agentprobe.dialects import dialect_named
from agentprobe.dialects._compression import ENCODINGS, encodings_of, plain_reply, plain_request
from agentprobe.domain.call import LEFT, Call, Outcome
from agentprobe.domain.model import ModelAnswer
from agentprobe.domain.wire import Chunk, Headers, HttpReply, HttpRequest
from agentprobe.errors import AgentStopped, Malformed
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from agentprobe.trace.body import packed, packed_reply, packed_value, said
from agentprobe.trace.model_notes import (
    RETRIES,
    answer_of,
    attempt_of,
    failure_of,
    prompt_of,
    settings_of,
    tokens_of,
)
from agentprobe.trace.records import (
    AGENT,
    WORLD,
    Body,
    CallRecord,
    Failure,
    Http,
    OutcomeRecord,
    Prompt,
    Settings,
    encode,
)
from agentprobe.trace.writer import TraceWriter

ABANDONED = Outcome(marks=(LEFT,))
"""What is recorded when the agent left before anything came."""


class Recorder:
    """Remembers what crosses the boundary at its place, and changes nothing.

    At the agent's side it sees what the agent saw, at the world's side what the world was asked.
    """

    def __init__(self, writer: TraceWriter, clock: Clock, place: Place = Place.AGENT_SIDE) -> None:
        self.place = place
        self._side = AGENT if place is Place.AGENT_SIDE else WORLD
        self._writer = writer
        self._clock = clock
        writer.keep_time(clock)

    def intercept(self, call: Call) -> Passage:
        began = self._clock.now()
        self._asked(call)
        outcome = ABANDONED
        try:
            outcome = yield call
            return outcome
        except GeneratorExit as closed:
            outcome = _cause(closed)
            raise
        finally:
            self._came(call, outcome, self._clock.now() - began)

    def _asked(self, call: Call) -> None:
        writer, request = self._writer, call.request
        wire = request if isinstance(request, HttpRequest) else None
        headers = _by_name(wire.headers) if wire is not None else {}
        notes = _request_notes(call.dialect, wire) if wire is not None else _NO_REQUEST_NOTES
        writer.add(
            CallRecord(
                order=writer.order(),
                id=call.id,
                by=writer.by,
                place=self._side,
                at=writer.elapsed(),
                kind=call.kind.value,
                name=call.name,
                site=call.site,
                nth=call.nth,
                effect=call.effect.value,
                path=call.path,
                intent=call.intent,
                ref=call.ref,
                purpose=call.purpose,
                via=call.via,
                dialect=call.dialect,
                attempt=attempt_of(headers),
                settings=notes.settings,
                prompt=notes.prompt,
                http=self._http(wire) if wire is not None else None,
                request=self._packed(wire.body, headers, read=notes.prompt is not None)
                if wire is not None
                else packed_value(request),
                unread=notes.unread,
            )
        )

    def _came(self, call: Call, outcome: Outcome, seconds: float) -> None:
        writer, value = self._writer, outcome.value
        reply = value if isinstance(value, HttpReply) else None
        plain = _plain(reply) if reply is not None else None
        notes = _answer_notes(call, plain) if plain is not None else _NO_ANSWER_NOTES
        answer = notes.answer
        writer.add(
            OutcomeRecord(
                order=writer.order(),
                id=call.id,
                by=writer.by,
                place=self._side,
                at=writer.elapsed(),
                seconds=round(seconds, 6),
                status=reply.status if reply is not None else None,
                first_chunk=_first_chunk(reply),
                chunks=_paces(plain.chunks) if plain is not None else (),
                headers=writer.redact.headers(reply.headers) if reply is not None else (),
                body=self._body(reply, plain, answer) if reply and plain else _value(outcome),
                answer=answer_of(answer) if answer is not None and not answer.error else None,
                usage=tokens_of(answer) if answer is not None else None,
                complete=_complete(outcome, answer),
                error=_failure(outcome, answer),
                marks=outcome.marks,
                unread=notes.unread,
            )
        )

    def _http(self, request: HttpRequest) -> Http:
        return Http(
            method=request.method,
            target=request.target,
            headers=self._writer.redact.headers(request.headers),
            patience=request.patience,
        )

    def _packed(self, data: bytes, headers: Mapping[str, str], *, read: bool) -> Body:
        return packed(data, headers.get(ENCODINGS, ""), self._writer.redact.finds, read=read)

    def _body(self, reply: HttpReply, plain: HttpReply, answer: ModelAnswer | None) -> Body:
        """The reply's body; withheld when a secret in it is spread over the events of a stream."""
        data = plain.body
        is_stream = not data.startswith(b"{")
        if answer is not None and is_stream and self._tells(answer):
            return Body(withheld=len(data))
        read = answer is not None and answer.error is None and not is_stream
        finds, named = self._writer.redact.finds, encodings_of(reply.headers)
        if plain is reply:
            return packed_reply(data, named, finds, read=read)
        body = packed_reply(data, "", finds, read=read)
        return structs.replace(body, coding=named if data != reply.body else "")

    def _tells(self, answer: ModelAnswer) -> bool:
        return self._writer.redact.finds(encode(answer_of(answer)))


class _RequestNotes(NamedTuple):
    settings: Settings | None = None
    prompt: Prompt | None = None
    unread: str = ""


class _AnswerNotes(NamedTuple):
    answer: ModelAnswer | None = None
    unread: str = ""


_NO_REQUEST_NOTES, _NO_ANSWER_NOTES = _RequestNotes(), _AnswerNotes()


def _request_notes(dialect: str, request: HttpRequest) -> _RequestNotes:
    if not dialect:
        return _NO_REQUEST_NOTES
    try:
        read = dialect_named(dialect).outline(plain_request(request))
        return _RequestNotes(settings_of(read), prompt_of(read))
    except Exception as error:  # noqa: BLE001 - whatever cannot be read must still be recorded
        return _RequestNotes(unread=said(error))


def _answer_notes(call: Call, reply: HttpReply) -> _AnswerNotes:
    if not call.dialect:
        return _NO_ANSWER_NOTES
    try:
        return _AnswerNotes(dialect_named(call.dialect).read_answer(reply))
    except Exception as error:  # noqa: BLE001 - the same
        return _AnswerNotes(unread=said(error))


def _cause(closed: GeneratorExit) -> Outcome:
    """Why a call was ended from outside: a room has stopped the agent or is broken, or the agent left."""
    reason = closed.__context__
    return Outcome(error=reason) if isinstance(reason, (Exception, AgentStopped)) else ABANDONED


def _by_name(headers: Headers) -> dict[str, str]:
    """The headers that a recorder reads, told first by the lengths of their names."""
    return {name.lower(): value for name, value in headers if len(name) in _LENGTHS}


_LENGTHS = frozenset(map(len, (RETRIES, ENCODINGS)))


def _first_chunk(reply: HttpReply | None) -> float | None:
    return round(reply.chunks[0].seconds, 6) if reply is not None and reply.chunks else None


def _paces(chunks: tuple[Chunk, ...]) -> tuple[tuple[float, int], ...]:
    if len(chunks) < 2:
        return ()
    return tuple([(round(chunk.seconds, 6), len(chunk.data)) for chunk in chunks])


def _plain(reply: HttpReply) -> HttpReply:
    """The reply uncompressed, chunk by chunk; as it came where that cannot be done."""
    try:
        return plain_reply(reply)
    except Malformed:
        return reply


def _value(outcome: Outcome) -> Body | None:
    """The value of an outcome that is no reply; None when there is only an error, or nothing."""
    if outcome.value is None and (outcome.error is not None or outcome is ABANDONED):
        return None
    return packed_value(outcome.value)


def _complete(outcome: Outcome, answer: ModelAnswer | None) -> bool | None:
    if outcome.error is not None or outcome is ABANDONED:
        return False
    return answer.complete if answer is not None else None


def _failure(outcome: Outcome, answer: ModelAnswer | None) -> Failure | None:
    if outcome.error is not None:
        return Failure(type=type(outcome.error).__name__, message=said(outcome.error))
    return failure_of(answer) if answer is not None else None
