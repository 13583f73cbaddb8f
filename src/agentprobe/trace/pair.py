"""Calls and their outcomes brought together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from agentprobe.dialects._compression import without_framing
from agentprobe.domain.call import LEFT, Effect, Kind
from agentprobe.domain.model import Finish, ModelAnswer, Usage
from agentprobe.domain.wire import Chunk, HttpReply
from agentprobe.trace.body import unpacked, unpacked_bytes
from agentprobe.trace.model_notes import NO_ANSWER, answer_notes, request_notes
from agentprobe.trace.records import (
    AnswerNotes,
    CallRecord,
    Failure,
    OutcomeRecord,
    Prompt,
    Record,
    RequestNotes,
    Settings,
    Tokens,
)


@dataclass(frozen=True)
class TracedCall:
    """One crossing of the boundary as it was recorded: the call, and what came of it."""

    record: CallRecord
    outcome: OutcomeRecord | None = None
    """None when the recording ended before the answer came."""
    dispatched: int = 0
    """Its place among all records of the file when it went out; only comparisons mean something."""
    completed: int | None = None
    """The same for its outcome."""

    @property
    def id(self) -> str:
        """Its name within the process that recorded it."""
        return self.record.id

    @property
    def by(self) -> str:
        """Which process recorded it."""
        return self.record.by

    @property
    def kind(self) -> Kind:
        """What the agent turned to."""
        return Kind(self.record.kind)

    @property
    def name(self) -> str:
        """The model's or the tool's name."""
        return self.record.name

    @property
    def site(self) -> str:
        """`model`, or `tool:NAME`."""
        return self.record.site

    @property
    def writes(self) -> bool:
        """Does it change the world?"""
        return self.record.effect == Effect.WRITE

    @property
    def at(self) -> float:
        """When it went out, in seconds since the session began."""
        return self.record.at

    @property
    def seconds(self) -> float | None:
        """From dispatch to completion."""
        return self.outcome.seconds if self.outcome else None

    @property
    def ended_at(self) -> float | None:
        """When its outcome came, in seconds since the session began."""
        return self.outcome.at if self.outcome else None

    @property
    def status(self) -> int | None:
        """The HTTP status of its reply."""
        return self.outcome.status if self.outcome else None

    @property
    def marks(self) -> tuple[str, ...]:
        """Who touched it on the way."""
        return self.outcome.marks if self.outcome else ()

    @property
    def left(self) -> bool:
        """Did the agent stop listening before the answer had reached its end?"""
        return LEFT in self.marks and not self.complete

    @property
    def truncated(self) -> bool:
        """Did an answer that began as a success end without its end, and not by the agent's own will?"""
        if self.outcome is None or self.status is None or self.status >= 400 or self.left:
            return False
        return self.complete is False

    @property
    def failed(self) -> bool:
        """Is there an error, or no answer at all? An answer cut short counts, whatever its status said.

        An agent that stops listening to an answer does not make the call a failure.
        """
        if self.outcome is None or (self.left and self.status is None):
            return True
        return self.failure is not None or (self.status or 0) >= 400 or self.truncated

    @property
    def error(self) -> str:
        """What went wrong, in one line; empty when nothing did."""
        if self.outcome is None:
            return "no outcome was recorded"
        if self.failure is not None:
            said = self.failure
            return f"{said.type}: {said.message}" if said.message else said.type
        if self.left and self.status is None:
            return "the agent left before an answer came"
        return "the answer ended without its end" if self.truncated else ""

    @cached_property
    def request(self) -> Any:
        """A tool's arguments; a model call's body, read as JSON where it is."""
        return unpacked(self.record.request)

    @property
    def request_bytes(self) -> bytes:
        """A model call's body, uncompressed and clean of secrets."""
        return unpacked_bytes(self.record.request)

    @property
    def target(self) -> str:
        """The path and query under which it was asked; nothing for what was asked over no wire."""
        return self.record.http.target if self.record.http is not None else ""

    @cached_property
    def value(self) -> Any:
        """What a tool gave back; a model's reply, read as JSON where it is; None when there was nothing."""
        return unpacked(self.outcome.body) if self.outcome else None

    @cached_property
    def asked(self) -> RequestNotes:
        """What a model was asked: read out of the request, or noted where that was not kept."""
        record = self.record
        if record.noted is not None:
            return record.noted
        return request_notes(record.dialect, self.request_bytes, self.target)

    @property
    def settings(self) -> Settings | None:
        """How a model was asked to answer; None when nobody can tell."""
        return self.asked.settings

    @property
    def prompt(self) -> Prompt | None:
        """The digests of what a model was told; None when nobody can tell."""
        return self.asked.prompt

    @cached_property
    def told(self) -> AnswerNotes:
        """What a model's reply says: read out of it, or noted where that was not kept."""
        if self.outcome is not None and self.outcome.noted is not None:
            return self.outcome.noted
        reply = self.reply
        return answer_notes(self.record.dialect, plainly(reply)) if reply is not None else NO_ANSWER

    @property
    def complete(self) -> bool | None:
        """Did the answer reach its end? None where nothing says so."""
        if self.outcome is None:
            return None
        if self.outcome.noted is None and (self.outcome.error is not None or self._is_abandoned):
            return False
        return self.told.complete

    @property
    def _is_abandoned(self) -> bool:
        return LEFT in self.marks and self.status is None

    @property
    def failure(self) -> Failure | None:
        """What was raised instead of an answer, or what the provider says is wrong."""
        return (self.outcome.error or self.told.error) if self.outcome is not None else None

    @cached_property
    def answer(self) -> ModelAnswer | None:
        """A model's answer; None when none came or it was an error."""
        said = self.told.answer
        if said is None:
            return None
        return ModelAnswer(
            id=said.id,
            model=said.model,
            text=said.text,
            tool_calls=said.tool_calls,
            refusal=said.refusal,
            reasoning=said.reasoning,
            finish=_finish(said.finish),
            finish_raw=said.finish_raw or None,
            usage=self.usage,
            complete=bool(self.complete),
        )

    @property
    def usage(self) -> Usage | None:
        """The tokens that the provider reported for it."""
        return _usage(self.told.usage) if self.told.usage else None

    @property
    def reply(self) -> HttpReply | None:
        """The reply as it came, in its chunks and at their pace; clean of secrets and uncompressed."""
        outcome = self.outcome
        if outcome is None or outcome.status is None:
            return None
        body = unpacked_bytes(outcome.body)
        return HttpReply(status=outcome.status, headers=outcome.headers, chunks=_chunks(outcome, body))


def paired(records: Iterable[Record]) -> list[TracedCall]:
    """Bring each call together with its outcome, in the order of dispatch.

    A call that the file shows twice under one name belongs to the next outcome of that name.
    """
    placed = [(place, record) for place, record in _in_order(list(records)) if not _is_aside(record)]
    outcomes: dict[tuple[str, str, str], list[tuple[int, OutcomeRecord]]] = defaultdict(list)
    for place, record in reversed(placed):
        if isinstance(record, OutcomeRecord):
            outcomes[_key(record)].append((place, record))
    calls = []
    for place, record in placed:
        if isinstance(record, CallRecord):
            found = outcomes[_key(record)]
            completed, outcome = found.pop() if found else (None, None)
            calls.append(TracedCall(record, outcome, place, completed))
    return calls


def _in_order(records: Sequence[Record]) -> list[tuple[int, Record]]:
    """The records with their places: the file's order between processes, each one's own order within it.

    Two threads may write in another order than that in which they took their numbers. A number that comes
    again was written by a process that has begun anew.
    """
    places: list[list[int]] = []
    counting: dict[str, tuple[set[int], list[int]]] = {}
    for place, record in enumerate(records):
        if record.by not in counting or record.order in counting[record.by][0]:
            counting[record.by] = set(), []
            places.append(counting[record.by][1])
        numbers, own = counting[record.by]
        numbers.add(record.order)
        own.append(place)
    placed: list[tuple[int, Record]] = []
    for own in places:
        mine = sorted((records[place] for place in own), key=lambda record: record.order)
        placed += zip(own, mine, strict=True)
    return sorted(placed, key=lambda pair: pair[0])


def _is_aside(record: Record) -> bool:
    return not isinstance(record, (CallRecord, OutcomeRecord))


def _key(record: CallRecord | OutcomeRecord) -> tuple[str, str, str]:
    return record.by, record.place, record.id


def _finish(said: str) -> Finish | None:
    if not said:
        return None
    return Finish(said) if said in set(Finish) else Finish.OTHER


def _usage(tokens: Tokens) -> Usage:
    return Usage(
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cached_tokens=tokens.cached,
        reasoning_tokens=tokens.reasoning,
        written_tokens=tokens.written,
    )


def plainly(reply: HttpReply) -> HttpReply:
    """A recorded reply as it can be read: in a trace its body is no longer compressed."""
    return replace(reply, headers=without_framing(reply.headers))


def _chunks(outcome: OutcomeRecord, body: bytes) -> tuple[Chunk, ...]:
    """The body cut as it came; the last chunk takes what a redaction has made the body longer."""
    if not body:
        return ()
    if not outcome.chunks:
        return (Chunk(body, outcome.first_chunk or 0.0),)
    chunks, start = [], 0
    for seconds, size in outcome.chunks[:-1]:
        chunks.append(Chunk(body[start : start + size], seconds))
        start += size
    return (*chunks, Chunk(body[start:], outcome.chunks[-1][0]))
