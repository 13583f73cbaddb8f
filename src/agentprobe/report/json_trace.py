"""What a trace tells, as JSON: the same facts as in the terminal, for other programs.

`agentprobe trace show FILE --json` prints one object, a `TraceFacts`. Model calls are numbered from 1 as the
agent meant them, their HTTP attempts counted within; tools are named with their count, as `search #2`. A
figure that nobody knows is absent, never 0. Money is in US dollars by the table of the day in `prices_of`.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.domain.call import Kind
from agentprobe.domain.model import Usage
from agentprobe.trace.facts.conversations import Conversation
from agentprobe.trace.facts.ledger import Entry
from agentprobe.trace.facts.tokens import Count
from agentprobe.trace.facts.told import Facts, facts_of, labels_of
from agentprobe.trace.states import Snapshot
from agentprobe.trace.tools import ToolUse
from agentprobe.trace.view import Trace

VERSION = 1


class OwnCount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens by our own count."""

    tokens: int
    low: int
    high: int
    how: str
    """`exact`, `calibrated` by the run's other reports, or `estimate`."""


class Tokens(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens as the provider reported them."""

    input: int | None = None
    """What a cache held included, whichever provider it is."""
    output: int | None = None
    cached: int | None = None
    written: int | None = None
    """Put into the cache."""
    reasoning: int | None = None


class OwnFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What agentprobe itself asked of models; it is in none of the other figures."""

    calls: int
    tokens: Tokens
    dollars: float | None = None


class ModelCallFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model call."""

    number: int
    model: str
    at: float
    """Seconds since the session began."""
    seconds: float | None = None
    statuses: tuple[int | None, ...] = ()
    """Of each HTTP attempt; null where no reply came."""
    failed: bool = False
    truncated: bool = False
    error: str = ""
    finish: str = ""
    tokens: Tokens | None = None
    own_input: OwnCount | None = None
    own_output: OwnCount | None = None
    doubts: tuple[str, ...] = ()
    """`input`, `output`: where the provider's figure lies outside our own count's bounds."""
    dollars: float | None = None
    unpriced: str = ""
    """Why the price is unknown."""
    context: int | None = None
    """Tokens in the model's context once it had answered."""
    window: int | None = None
    """How many it can read at once."""


class ToolCallFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One tool call."""

    name: str
    label: str
    arguments: Any = None
    error: str = ""
    seen: str = ""
    """`process`, or `wire` when only the model traffic tells of it."""
    asked_by: int | None = None
    """The number of the model call in whose answer it was asked for."""
    seconds: float | None = None


class ConversationFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Model calls that tell one history on."""

    calls: tuple[int, ...]
    tokens: tuple[int | None, ...]
    """The size of the context after each."""
    window: int | None = None
    over_mark_from: int | None = None
    """The call that first filled 75 % of the window."""


class SwallowedFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error after which the run went on."""

    came: str
    what: str
    call: int | None = None
    tool: str = ""
    next_call: int | None = None
    went_on: str = ""


class SlowFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call that took long."""

    call: str
    seconds: float
    share: float
    """Of the run's whole time."""
    usual: float | None = None


class ChangeFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place of a state that changed; without `before` it is new, without `after` it is gone."""

    path: str
    before: Any = msgspec.UNSET
    after: Any = msgspec.UNSET


class StateFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A snapshot of what the agent kept."""

    name: str
    number: int
    at: float
    source: str = ""
    ref: str = ""
    value: Any = None
    """The whole value, in the first snapshot of its name only."""
    changes: tuple[ChangeFacts, ...] = ()


class EscapeFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A connection to a model, or to nobody knows whom, of which no way in has a record."""

    host: str
    port: int
    process: str
    """What ran, with its process id."""
    purpose: str
    """`model`, or `unknown` where only an address was seen."""


class CertificateFacts(Struct, frozen=True, kw_only=True):
    """Whether all that went to a model is in the trace."""

    complete: bool
    sentences: tuple[str, ...]
    """The certificate in words, the verdict first."""
    escaped: tuple[EscapeFacts, ...] = ()


class TraceFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a trace tells."""

    agentprobe: str
    """What this is: `trace-facts`."""
    version: int
    """The number of this format."""
    session: str = ""
    complete: bool = False
    ended: str = ""
    exit: int | None = None
    seconds: float = 0.0
    simulated: bool = False
    attempts: int = 0
    """All HTTP attempts at models."""
    tokens: Tokens | None = None
    dollars: float | None = None
    """What is known to have been spent; calls with `unpriced` come on top."""
    own: OwnFacts | None = None
    """Hidden turns and calls that a room made again; absent where there were none."""
    prices_of: str = ""
    prices_from: str = ""
    model_calls: tuple[ModelCallFacts, ...] = ()
    tool_calls: tuple[ToolCallFacts, ...] = ()
    conversations: tuple[ConversationFacts, ...] = ()
    swallowed: tuple[SwallowedFacts, ...] = ()
    slow: tuple[SlowFacts, ...] = ()
    failed: tuple[str, ...] = ()
    """Every attempt and tool that failed, as it is called in the terminal."""
    retried: tuple[int, ...] = ()
    truncated: tuple[str, ...] = ()
    overtaken: tuple[tuple[str, str], ...] = ()
    """Pairs: the call that came back first although it was sent later, and the one it overtook."""
    states: tuple[StateFacts, ...] = ()
    problems: tuple[str, ...] = ()
    certificate: CertificateFacts | None = None
    """Absent for a session in code, whose other connections nobody looks at."""


PARTS = (
    TraceFacts,
    CertificateFacts,
    EscapeFacts,
    ModelCallFacts,
    ToolCallFacts,
    Tokens,
    OwnCount,
    ConversationFacts,
    SwallowedFacts,
    SlowFacts,
    StateFacts,
    ChangeFacts,
)
"""Every kind of object in it, for the reference."""


def as_json(trace: Trace, facts: Facts | None = None) -> bytes:
    """A trace's facts as indented JSON."""
    encoded = msgspec.json.encode(trace_facts(trace, facts), enc_hook=repr)
    return msgspec.json.format(encoded, indent=2)


def trace_facts(trace: Trace, facts: Facts | None = None) -> TraceFacts:
    """All that a trace tells, as values."""
    facts = facts or facts_of(trace)
    labels, ledger, ended = labels_of(trace), facts.ledger, trace.ended
    talks = {number: talk for talk in ledger.conversations for number in _numbers(talk)}
    return TraceFacts(
        agentprobe="trace-facts",
        version=VERSION,
        session=trace.session,
        complete=trace.complete,
        ended=ended.status if ended is not None else "",
        exit=ended.exit if ended is not None else None,
        seconds=trace.seconds,
        simulated=not ledger.spends,
        attempts=len(trace.model_calls),
        tokens=_tokens(trace.usage, ledger.given),
        dollars=ledger.dollars,
        own=OwnFacts(
            calls=ledger.own.calls,
            tokens=_tokens(ledger.own.usage, ledger.own.usage.input_tokens),
            dollars=ledger.own.dollars,
        )
        if ledger.own is not None
        else None,
        prices_of=ledger.table_date if ledger.spends else "",
        prices_from=ledger.table_source if ledger.spends else "",
        model_calls=tuple(_model_call(entry, talks[entry.number]) for entry in ledger.entries),
        tool_calls=tuple(_tool_call(use, trace, labels.get(id(use.call), "")) for use in trace.tool_calls),
        conversations=tuple(_conversation(talk) for talk in ledger.conversations),
        swallowed=tuple(
            SwallowedFacts(
                came=entry.trouble.came.value,
                what=entry.trouble.what,
                call=entry.number or None,
                tool=entry.tool,
                next_call=entry.next_number,
                went_on=entry.went_on,
            )
            for entry in facts.swallowed
        ),
        slow=tuple(
            SlowFacts(call=slow.call.label, seconds=slow.call.seconds, share=slow.share, usual=slow.usual)
            for slow in facts.slow
        ),
        failed=tuple(labels[id(call)] for call in trace.failed),
        retried=tuple(entry.number for entry in ledger.entries if entry.call.retries),
        truncated=tuple(labels[id(call)] for call in trace.truncated_answers),
        overtaken=tuple((labels[id(later)], labels[id(earlier)]) for earlier, later in trace.inversions),
        states=tuple(_state(snapshot) for snapshot in facts.states),
        problems=trace.problems,
        certificate=_certificate(trace),
    )


def _model_call(entry: Entry, talk: Conversation) -> ModelCallFacts:
    call, cost = entry.call, entry.cost
    point = next(point for point in talk.points if point.number == entry.number)
    usage = call.last.usage
    return ModelCallFacts(
        number=entry.number,
        model=call.name,
        at=call.first.at,
        seconds=round(call.seconds, 6) if call.seconds is not None else None,
        statuses=call.statuses,
        failed=call.failed,
        truncated=call.last.truncated,
        error=call.last.error,
        finish=call.answer.finish or "" if call.answer is not None else "",
        tokens=_tokens(usage, entry.given) if usage is not None else None,
        own_input=_own(entry.own_input),
        own_output=_own(entry.own_output),
        doubts=entry.doubts,
        dollars=cost.dollars if cost is not None else None,
        unpriced=cost.why if cost is not None else "",
        context=point.tokens,
        window=point.window,
    )


def _tool_call(use: ToolUse, trace: Trace, label: str) -> ToolCallFacts:
    numbers = {id(model.last): number for number, model in enumerate(trace.logical_calls, start=1)}
    return ToolCallFacts(
        name=use.name,
        label=label or use.name,
        arguments=use.arguments,
        error=use.error,
        seen=use.seen,
        asked_by=numbers.get(id(use.asked_by)),
        seconds=use.call.seconds if use.call is not None and use.call.kind is Kind.TOOL else None,
    )


def _conversation(talk: Conversation) -> ConversationFacts:
    return ConversationFacts(
        calls=_numbers(talk),
        tokens=tuple(point.tokens for point in talk.points),
        window=next((point.window for point in talk.points if point.window), None),
        over_mark_from=talk.crossed.number if talk.crossed is not None else None,
    )


def _state(snapshot: Snapshot) -> StateFacts:
    first = snapshot.before is None
    return StateFacts(
        name=snapshot.name,
        number=snapshot.number,
        at=snapshot.record.at,
        source=snapshot.record.source,
        ref=snapshot.record.ref,
        value=snapshot.value if first else None,
        changes=tuple(ChangeFacts(path=one.path, before=one.a, after=one.b) for one in snapshot.changes),
    )


def _tokens(usage: Usage, given: int | None) -> Tokens:
    return Tokens(
        input=given,
        output=usage.output_tokens,
        cached=usage.cached_tokens,
        written=usage.written_tokens,
        reasoning=usage.reasoning_tokens,
    )


def _own(count: Count | None) -> OwnCount | None:
    if count is None:
        return None
    return OwnCount(tokens=count.tokens, low=count.low, high=count.high, how=count.how.value)


def _numbers(talk: Conversation) -> tuple[int, ...]:
    return tuple(point.number for point in talk.points)


def _certificate(trace: Trace) -> CertificateFacts | None:
    if not trace.coverage:
        return None
    found = trace.certificate
    escaped = tuple(
        EscapeFacts(host=one.host, port=one.port, process=one.process, purpose=one.purpose)
        for one in found.escaped
    )
    return CertificateFacts(complete=found.complete, sentences=found.sentences, escaped=escaped)
