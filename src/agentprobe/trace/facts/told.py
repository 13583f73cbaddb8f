"""All that a trace tells, put together once for whoever draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentprobe.domain.call import Kind
from agentprobe.trace.facts.ledger import Entry, Ledger, ledger_of
from agentprobe.trace.facts.models import Table, table_here
from agentprobe.trace.facts.slow import Slow, Timed, slow_ones
from agentprobe.trace.states import Snapshot, snapshots
from agentprobe.trace.swallowed import Swallowed, swallowed
from agentprobe.trace.view import Trace


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a trace tells beyond its records."""

    ledger: Ledger
    swallowed: tuple[Swallowed, ...] = ()
    slow: tuple[Slow, ...] = ()
    states: tuple[Snapshot, ...] = ()

    def entry(self, number: int) -> Entry | None:
        """A model call's entry in the ledger, by its number."""
        entries = self.ledger.entries
        return entries[number - 1] if 0 < number <= len(entries) else None


def facts_of(trace: Trace, table: Table | None = None) -> Facts:
    """Work out all of it; by the table of models that holds here unless one is given."""
    return Facts(
        ledger=ledger_of(trace, table or table_here()),
        swallowed=swallowed(trace),
        slow=slow_ones(_timed(trace), trace.seconds),
        states=snapshots(trace),
    )


def labels_of(trace: Trace) -> Mapping[int, str]:
    """By the identity of each call, what a report calls it: a model call by its number, others by name."""
    labels = {id(call): f"{call.name} #{call.record.nth}" for call in trace.calls}
    for number, model in enumerate(trace.logical_calls, start=1):
        for attempt, call in enumerate(model.attempts, start=1):
            labels[id(call)] = f"call {number}" + (f", attempt {attempt}" if model.retries else "")
    return labels


def _timed(trace: Trace) -> Iterator[Timed]:
    for number, model in enumerate(trace.logical_calls, start=1):
        if model.seconds is not None:
            yield Timed(Kind.MODEL, model.name, f"call {number}", model.seconds)
    for call in trace.calls:
        if call.kind is Kind.TOOL and call.seconds is not None:
            yield Timed(call.kind, call.name, f"{call.name} #{call.record.nth}", call.seconds)
