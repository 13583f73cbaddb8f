"""The recorder: a room that writes down each call before it goes on and its outcome when it comes."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from agentprobe.basis.clock import Clock
from agentprobe.dialects._compression import ENCODINGS, encodings_of, plain_reply, plain_request
from agentprobe.domain.call import LEFT, Call, Outcome
from agentprobe.domain.wire import Chunk, Headers, HttpReply, HttpRequest
from agentprobe.errors import AgentStopped, Malformed
from agentprobe.kernel.place import Place
from agentprobe.kernel.room import Passage
from agentprobe.trace.body import bounded, packed, packed_reply, packed_value, said
from agentprobe.trace.model_notes import RETRIES, answer_notes, attempt_of, request_notes
from agentprobe.trace.records import (
    AGENT,
    WORLD,
    AnswerNotes,
    Body,
    CallRecord,
    Failure,
    Http,
    OutcomeRecord,
    RequestNotes,
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
        body = self._bounded(self._packed(wire.body, headers) if wire is not None else packed_value(request))
        unkept = wire is not None and call.dialect and body.withheld
        noted = _unread(wire, call.dialect, body) if wire is not None and unkept else None
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
                http=self._http(wire) if wire is not None else None,
                request=body,
                noted=noted,
            )
        )

    def _came(self, call: Call, outcome: Outcome, seconds: float) -> None:
        writer = self._writer
        reply = outcome.value if isinstance(outcome.value, HttpReply) else None
        plain = _plain(reply) if reply is not None else None
        value = _value(outcome)
        body, noted = (
            self._replied(call, reply, plain, outcome)
            if reply and plain
            else (self._bounded(value) if value is not None else None, None)
        )
        writer.add(
            OutcomeRecord(
                order=writer.order(),
                id=call.id,
                by=writer.by,
                place=self._side,
                at=writer.elapsed(),
                seconds=round(seconds, 6),
                dialect=call.dialect,
                status=reply.status if reply is not None else None,
                first_chunk=_first_chunk(reply),
                chunks=_paces(plain.chunks) if plain is not None else (),
                headers=writer.redact.headers(reply.headers) if reply is not None else (),
                body=body,
                noted=noted,
                error=_failure(outcome),
                marks=outcome.marks,
            )
        )

    def _http(self, request: HttpRequest) -> Http:
        return Http(
            method=request.method,
            target=request.target,
            headers=self._writer.redact.headers(request.headers),
            patience=request.patience,
        )

    def _packed(self, data: bytes, headers: Mapping[str, str]) -> Body:
        return packed(data, headers.get(ENCODINGS, ""), self._writer.redact.finds)

    def _bounded(self, body: Body) -> Body:
        """The payload as far as it is kept at all."""
        return bounded(body, self._writer.largest_body, self._writer.digest)

    def _replied(
        self, call: Call, reply: HttpReply, plain: HttpReply, outcome: Outcome
    ) -> tuple[Body, AnswerNotes | None]:
        """The reply's body; what it says is noted where it cannot be kept.

        A secret may be spread over a stream's events, where nobody finds it; then the stream is withheld.
        """
        body = self._bounded(self._body(reply, plain))
        if not call.dialect or (body.text is None and body.withheld is None):
            return body, None
        noted = answer_notes(call.dialect, plain)
        if noted.answer is not None and self._writer.redact.finds(encode(noted.answer)):
            body = Body(withheld=len(plain.body))
        if body.withheld is None:
            return body, None
        return body, replace(noted, complete=False) if outcome.error is not None else noted

    def _body(self, reply: HttpReply, plain: HttpReply) -> Body:
        data, finds, named = plain.body, self._writer.redact.finds, encodings_of(reply.headers)
        if plain is reply:
            return packed_reply(data, named, finds)
        body = packed_reply(data, "", finds)
        return replace(body, coding=named if data != reply.body else "")


def _unread(request: HttpRequest, dialect: str, body: Body) -> RequestNotes:
    """What is noted of a request that was not kept, or why nothing is."""
    try:
        plain = plain_request(request)
    except Malformed as error:
        return RequestNotes(unread=said(error))
    if body.digest:
        return request_notes(dialect, plain)
    return RequestNotes(unread="the request holds a secret among bytes that are no text")


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
    if isinstance(outcome.value, HttpReply):
        return None
    if outcome.value is None and (outcome.error is not None or outcome is ABANDONED):
        return None
    return packed_value(outcome.value)


def _failure(outcome: Outcome) -> Failure | None:
    error = outcome.error
    return Failure(type=type(error).__name__, message=said(error)) if error is not None else None
