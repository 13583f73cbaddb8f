"""A run as a row of spans on its own clock: what was called when, what was struck, what was carried out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentprobe.basis.canonical import canonical
from agentprobe.domain.call import ASKED_BACK, TOLD, Kind
from agentprobe.trace.attempts import LogicalCall
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.tools import ToolUse
from agentprobe.trace.view import Trace

_FAULT = "fault:"
_LAST = float("inf")
"""The place of what never came, behind all that did."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When something happened, and its place among all that did: on a virtual clock much happens at once."""

    seconds: float
    place: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One call of a run."""

    kind: Kind
    label: str
    """Where it went and the how-manieth it was there, as schedules write it."""
    began: Moment
    ended: Moment
    struck: tuple[str, ...] = ()
    """The faults that struck it."""
    notes: tuple[str, ...] = ()
    """What else is to be said of it, each in a few words."""
    failed: bool = False
    carried_out: int | None = None
    """Of a write how often the world did it; None for a call that only reads."""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max(self.ended.seconds - self.began.seconds, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One run: its calls in order, and when it was over."""

    spans: tuple[Span, ...]
    end: Moment

    @property
    def models(self) -> int:
        """How many model calls there are."""
        return sum(span.kind is Kind.MODEL for span in self.spans)


def timeline(trace: Trace) -> Timeline:
    """What a trace tells of when; snapshots of state are left out."""
    end = Moment(trace.seconds, _LAST)
    spans = [*_models(trace, end), *_tools(trace, end)]
    return Timeline(spans=tuple(sorted(spans, key=lambda span: span.began)), end=end)


def _models(trace: Trace, end: Moment) -> Iterator[Span]:
    for model in trace.logical_calls:
        for number, attempt in enumerate(model.attempts):
            yield _span(attempt, end, notes=(*_again(model, number), *_trouble(attempt)))


def _again(model: LogicalCall, number: int) -> Iterator[str]:
    if number:
        yield f"asked again, attempt {number + 1} of {len(model.attempts)}"


def _tools(trace: Trace, end: Moment) -> Iterator[Span]:
    seen: set[tuple[str, bytes]] = set()
    for use in trace.tool_calls:
        same = use.name, canonical(use.arguments)
        again = ("the same again",) if same in seen else ()
        seen.add(same)
        if use.call is None:
            yield from _told(use, again)
        else:
            yield _recorded(trace, use.call, end, again)


def _recorded(trace: Trace, call: TracedCall, end: Moment, again: tuple[str, ...]) -> Span:
    writes = call.writes and ASKED_BACK not in call.marks
    done = _done(trace.carried_out(call)) if writes else None
    told = ("seen in the model traffic",) if call.record.purpose == TOLD else ()
    return _span(call, end, notes=(*again, *_trouble(call), *told), carried_out=done)


def _done(asked: Iterable[TracedCall]) -> int:
    return sum(call.outcome is not None and not call.failed for call in asked)


def _told(use: ToolUse, again: tuple[str, ...]) -> Iterator[Span]:
    """A tool that only the model traffic tells of: when it ran is not known, only when it was wished for."""
    wish = use.asked_by
    if wish is None or wish.ended_at is None:
        return
    at = Moment(wish.ended_at, (wish.completed or 0) + 0.5)
    error = (use.error,) if use.error else ()
    notes = (*again, *error, "seen in the model traffic, without its time")
    yield Span(kind=Kind.TOOL, label=f"tool:{use.name}", began=at, ended=at, notes=notes, failed=bool(error))


def _span(call: TracedCall, end: Moment, *, notes: tuple[str, ...], carried_out: int | None = None) -> Span:
    begins = Moment(call.at, call.dispatched)
    over = call.ended_at is not None and call.completed is not None
    return Span(
        kind=call.kind,
        label=_label(call),
        began=begins,
        ended=Moment(call.ended_at or 0.0, call.completed or 0) if over else max(end, begins),
        struck=tuple(mark.removeprefix(_FAULT) for mark in call.marks if mark.startswith(_FAULT)),
        notes=notes,
        failed=call.failed,
        carried_out=carried_out,
    )


def _label(call: TracedCall) -> str:
    return f"{call.site}:{call.record.nth}" if call.record.nth else call.site


def _trouble(call: TracedCall) -> Iterator[str]:
    if call.status is not None and call.status >= 400:
        yield f"status {call.status}"
    elif call.error:
        yield call.error
