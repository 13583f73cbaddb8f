"""What a trace came to, in a small table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from rich.table import Table
from rich.text import Text

from agentprobe.domain.call import Kind
from agentprobe.report.trace_facts import ledger_rows, trouble_rows
from agentprobe.report.trace_servers import server_rows
from agentprobe.report.trace_words import clipped, counted, duration, plain, tokens
from agentprobe.trace.facts.told import Facts, labels_of
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.tools import WIRE
from agentprobe.trace.transparency import transparency_notes
from agentprobe.trace.view import Trace

Labels = Mapping[int, str]
"""What each call is called, by its identity."""


def summary(trace: Trace, facts: Facts) -> Table:
    """The totals, and after them whatever a person should look at."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(trace, facts):
        table.add_row(name, value)
    return table


def _rows(trace: Trace, facts: Facts) -> Iterator[tuple[str, Text]]:
    yield "model calls", _model_calls(trace)
    if trace.model_calls:
        yield "statuses", _statuses(trace)
        yield "tokens", Text(tokens(replace(trace.usage, input_tokens=facts.ledger.given)) + _cached(trace))
        yield from ledger_rows(facts.ledger)
    yield "tool calls", _tool_calls(trace)
    yield from server_rows(trace.servers)
    yield "time", Text(duration(trace.seconds) or "–")
    labels = labels_of(trace)
    asked = (call for call in trace.calls if call.kind is not Kind.STATE)
    slowest = max(asked, key=lambda call: call.seconds or 0.0, default=None)
    if slowest is not None and slowest.seconds and not facts.slow:
        yield "slowest", Text(f"{_named(slowest, labels)}, {duration(slowest.seconds)}")
    yield from trouble_rows(facts)
    yield from _troubles(trace, labels)
    yield from _effects(trace)
    yield "ended", _ended(trace)
    yield from _seen(trace)
    for note in transparency_notes(trace.model_calls):
        yield "note", Text(note, "dim")


def _seen(trace: Trace) -> Iterator[tuple[str, Text]]:
    """The certificate of an agent that was run as a command; beside a session in code nobody looks."""
    if not trace.coverage and "command" not in trace.header.agent:
        return
    verdict, *notes = trace.certificate.sentences
    yield "seen", Text(plain(verdict), "" if trace.certificate.complete else "yellow")
    for note in notes:
        yield "", Text(plain(note), "dim")


def _cached(trace: Trace) -> str:
    cached = trace.usage.cached_tokens
    return f", {cached:,} of them from the provider's cache" if cached else ""


def _model_calls(trace: Trace) -> Text:
    text = Text(f"{len(trace.logical_calls):,}")
    if trace.retries:
        text.append(f" and {counted(trace.retries, 'retry', 'retries')}", "yellow")
    return text


def _tool_calls(trace: Trace) -> Text:
    wire = sum(use.seen == WIRE for use in trace.tool_calls)
    return Text(f"{len(trace.tool_calls):,}" + (f", {wire:,} of them seen on the wire only" if wire else ""))


def _statuses(trace: Trace) -> Text:
    counts = Counter(call.status for call in trace.model_calls)
    text = Text()
    for status, count in sorted(counts.items(), key=lambda pair: pair[0] or 0):
        text.append("  " if text.plain else "")
        text.append(f"{status or 'no reply'} ×{count}", "" if status and status < 400 else "red")
    return text


def _troubles(trace: Trace, labels: Labels) -> Iterator[tuple[str, Text]]:
    if trace.failed:
        yield (
            "failed",
            Text(", ".join(f"{_named(call, labels)} ({_reason(call)})" for call in trace.failed[:5]), "red"),
        )
    if len(trace.failed) > 5:
        yield "", Text(f"and {len(trace.failed) - 5:,} more", "red")
    left = [call for call in trace.calls if call.left]
    if left:
        yield "left early", Text(", ".join(_named(call, labels) for call in left[:5]), "yellow")
    if trace.truncated_answers:
        yield (
            "truncated",
            Text(", ".join(_named(call, labels) for call in trace.truncated_answers[:5]), "red"),
        )
    if trace.inversions:
        pairs = (
            f"{_named(later, labels)} before {_named(earlier, labels)}"
            for earlier, later in trace.inversions[:3]
        )
        yield "overtaken", Text(f"{len(trace.inversions):,}: {', '.join(pairs)}", "yellow")


def _effects(trace: Trace) -> Iterator[tuple[str, Text]]:
    ledger = trace.ledger()
    if not ledger.effects:
        return
    repeated = ledger.repeated()
    unknown = sum(not effect.committed for effect in ledger.effects)
    text = Text(counted(sum(ledger.times().values()), "write", "writes"))
    if unknown:
        text.append(f", {unknown:,} with an unknown end", "yellow")
    yield "effects", text
    for intent in repeated[:3]:
        yield "REPEATED", Text(f"{ledger.times()[intent]}× {clipped(intent, 100)}", "red")


def _ended(trace: Trace) -> Text:
    ended = trace.ended
    if ended is None:
        return Text("NO END: the recording broke off; what was recorded before is whole", "yellow")
    text = Text(plain(ended.status or "ok"), "green" if ended.status in ("", "ok") else "red")
    if ended.exit is not None:
        text.append(f", exit code {ended.exit}")
    if "error" in ended.facts:
        text.append(f": {clipped(str(ended.facts['error']), 120)}")
    if trace.problems:
        text.append(f"; {counted(len(trace.problems), 'problem', 'problems')} in the file", "yellow")
    return text


def _named(call: TracedCall, labels: Labels) -> str:
    return clipped(labels[id(call)], 40)


def _reason(call: TracedCall) -> str:
    return str(call.status) if (call.status or 0) >= 400 else clipped(call.error, 60)
