"""Model call by model call: what it took, what we count, what it cost, how full its context was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, cached_property

from agentprobe.trace.attempts import LogicalCall
from agentprobe.trace.facts.calibrate import calibrated
from agentprobe.trace.facts.conversations import Conversation, Point, Turn
from agentprobe.trace.facts.models import Known, Table
from agentprobe.trace.facts.money import Cost, cost_of, read_tokens
from agentprobe.trace.facts.own import Own, own_calls
from agentprobe.trace.facts.tokens import Count, input_count, output_count
from agentprobe.trace.view import Trace


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One model call in the ledger."""

    turn: Turn
    known: Known
    """What the table knows of its model."""
    given: int | None = None
    """The input that the provider reported, what its cache held included."""
    own_input: Count | None = None
    own_output: Count | None = None
    cost: Cost | None = None
    """All its attempts together; None where nothing was spent, as on a simulated model."""

    @property
    def number(self) -> int:
        """Its number in the trace."""
        return self.turn.number

    @property
    def call(self) -> LogicalCall:
        """The call itself."""
        return self.turn.call

    @property
    def taken(self) -> int | None:
        """The output that the provider reported."""
        return self.call.last.usage.output_tokens if self.call.last.usage is not None else None

    @property
    def doubts(self) -> tuple[str, ...]:
        """On which sides our own count and the provider's cannot both be true."""
        sides = (("input", self.own_input, self.given), ("output", self.own_output, self.taken))
        return tuple(name for name, own, told in sides if own is not None and not own.agrees(told))


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What all model calls of a trace took and cost."""

    entries: tuple[Entry, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    table_date: str = ""
    table_source: str = ""
    spends: bool = True
    """Did the calls reach somebody who charges? Not on a simulated model."""
    own: Own | None = None
    """What agentprobe itself asked of models, beside all this."""

    @cached_property
    def dollars(self) -> float | None:
        """What is known to have been spent; None when of no call anything is known."""
        known = [
            entry.cost.dollars for entry in self.entries if entry.cost and entry.cost.dollars is not None
        ]
        return sum(known) if known else None

    @property
    def given(self) -> int | None:
        """All input that was reported, what caches held included."""
        known = [entry.given for entry in self.entries if entry.given is not None]
        return sum(known) if known else None

    @property
    def saved(self) -> float:
        """What the providers' caches saved."""
        return sum(entry.cost.saved for entry in self.entries if entry.cost)

    @property
    def unpriced(self) -> tuple[Entry, ...]:
        """The calls of which nobody can say what they cost."""
        return tuple(entry for entry in self.entries if entry.cost and entry.cost.dollars is None)

    @property
    def doubted(self) -> tuple[Entry, ...]:
        """The calls whose report our own count contradicts."""
        return tuple(entry for entry in self.entries if entry.doubts)

    @property
    def costly(self) -> tuple[Entry, ...]:
        """Those that cost over a fifth of all and over twice the mean, dearest first."""
        total, count = self.dollars or 0.0, len(self.entries)
        if count < 3 or not total:
            return ()
        dear = [entry for entry in self.entries if _dollars(entry) > max(total / 5, 2 * total / count)]
        return tuple(sorted(dear, key=_dollars, reverse=True))


def ledger_of(trace: Trace, table: Table) -> Ledger:
    """Count, price and join the model calls of a trace."""
    spends = not (trace.header.run.get("simulated") or trace.header.run.get("replay"))
    find = cache(table.find)
    entries = [_entry(turn, trace, find, spends) for turn in trace.turns]
    if spends:
        entries = _calibrated(entries)
    return Ledger(
        entries=tuple(entries),
        conversations=_conversations(trace.conversations, entries),
        table_date=table.date,
        table_source=table.source,
        spends=spends,
        own=own_calls(trace, find, lambda at: moment(trace, at), spends=spends),
    )


def _entry(turn: Turn, trace: Trace, find: Callable[[str, str], Known], spends: bool) -> Entry:
    last = turn.call.last
    dialect = last.record.dialect
    known = find(last.name, dialect)
    read = read_tokens(last.usage, dialect)
    given = read.whole if read is not None else None
    if not spends:
        return Entry(turn=turn, known=known, given=given)
    if trace.header.run.get("imported"):  # its spans may leave out messages and tools
        return Entry(turn=turn, known=known, given=given, cost=_cost(turn, known, trace))
    own = input_count(turn.request, last.request_bytes, dialect) if turn.request is not None else None
    kept_elsewhere = turn.request is not None and turn.request.extra.get("previous_response_id")
    answer = turn.call.answer
    return Entry(
        turn=turn,
        known=known,
        given=given,
        own_input=None if kept_elsewhere else own,
        own_output=output_count(answer, last.name) if answer is not None else None,
        cost=_cost(turn, known, trace),
    )


def _cost(turn: Turn, known: Known, trace: Trace) -> Cost:
    """Every attempt with a report is paid for; one that was cut off without costs nobody knows what."""
    charged = [call for call in turn.call.attempts if call.usage is not None or call.truncated or call.left]
    if not charged:
        failed = turn.call.failed and turn.call.last.status is not None
        return Cost(dollars=0.0) if failed else Cost(why="no tokens were reported")
    tier = turn.request.extra.get("service_tier") if turn.request is not None else None
    costs = [
        cost_of(call.usage, known, dialect=call.record.dialect, at=moment(trace, call.at), tier=tier)
        for call in charged
    ]
    unknown = next((cost for cost in costs if cost.dollars is None), None)
    if unknown is not None:
        return unknown
    return Cost(dollars=sum(cost.dollars or 0.0 for cost in costs), saved=sum(cost.saved for cost in costs))


def moment(trace: Trace, at: float) -> datetime | None:
    """The date and time of a moment of a session; None where the trace does not say when it began."""
    try:
        return datetime.fromisoformat(trace.header.started) + timedelta(seconds=at)
    except (ValueError, OverflowError):
        return None


def _calibrated(entries: list[Entry]) -> list[Entry]:
    """Each estimate set right by the reports of the other calls of its model."""
    pairs = {
        entry.number: (entry.own_input.tokens, entry.given)
        for entry in entries
        if entry.own_input is not None and entry.given is not None
    }
    names = {entry.number: (entry.call.name, entry.call.last.record.dialect) for entry in entries}
    done = []
    for entry in entries:
        own = entry.own_input
        others = [p for n, p in pairs.items() if n != entry.number and names[n] == names[entry.number]]
        done.append(replace(entry, own_input=calibrated(own, others)) if own is not None else entry)
    return done


def _conversations(groups: Sequence[Sequence[Turn]], entries: list[Entry]) -> tuple[Conversation, ...]:
    points = {entry.number: _point(entry) for entry in entries}
    return tuple(
        Conversation(number, tuple(points[turn.number] for turn in group))
        for number, group in enumerate(groups, start=1)
    )


def _point(entry: Entry) -> Point:
    """What stood in the context once the model had answered."""
    own = entry.own_input.tokens if entry.own_input is not None else None
    given = entry.given if entry.given is not None else own
    taken = entry.taken
    if taken is None:
        taken = entry.own_output.tokens if entry.own_output is not None else 0
    tokens = given + taken if given is not None else None
    return Point(entry.number, tokens, entry.known.window, counted=entry.given is None and own is not None)


def _dollars(entry: Entry) -> float:
    return (entry.cost.dollars or 0.0) if entry.cost is not None else 0.0
