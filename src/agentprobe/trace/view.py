"""A trace as its readers see it: calls, model calls, tool calls, effects, order, totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agentprobe.basis.canonical import canonical
from agentprobe.domain.call import ASKED_BACK, NO_EFFECT, Kind
from agentprobe.domain.ledger import EffectLedger, LedgerEntry
from agentprobe.domain.model import Usage
from agentprobe.trace.attempts import LogicalCall, joined
from agentprobe.trace.certificate import Certificate, certificate
from agentprobe.trace.chain import Chain, chain_of
from agentprobe.trace.facts.conversations import Turn, grouped, turns_of
from agentprobe.trace.pair import TracedCall, paired
from agentprobe.trace.records import AGENT, CoverageRecord, EndRecord, Header, Record, StateRecord
from agentprobe.trace.servers import ServerSeen, servers_seen
from agentprobe.trace.tools import ToolUse, tool_uses


@dataclass(frozen=True)
class Trace:
    """The record of one session, in memory."""

    path: Path
    header: Header
    calls: tuple[TracedCall, ...] = ()
    """Every crossing as the agent saw it, HTTP attempts one by one, in the order of dispatch."""
    asked: tuple[TracedCall, ...] = ()
    """What the world was asked, where it can differ from what the agent saw."""
    states: tuple[StateRecord, ...] = ()
    """What the agent kept between its steps, snapshot by snapshot."""
    coverage: tuple[CoverageRecord, ...] = ()
    """Which ways in each process had, and what escaped them."""
    ended: EndRecord | None = None
    """How the session ended; None when the recording broke off."""
    problems: tuple[str, ...] = ()
    """What is damaged in the file, each in a sentence."""
    truncated: bool = False
    """Is the file's last line cut off?"""

    @classmethod
    def of(
        cls,
        path: Path,
        header: Header,
        records: Sequence[Record],
        problems: tuple[str, ...] = (),
        *,
        truncated: bool = False,
    ) -> Trace:
        """Put records together."""
        calls = paired(records)
        return cls(
            path=path,
            header=header,
            calls=tuple(call for call in calls if call.record.place == AGENT),
            asked=tuple(call for call in calls if call.record.place != AGENT),
            states=tuple(record for record in records if isinstance(record, StateRecord)),
            coverage=tuple(record for record in records if isinstance(record, CoverageRecord)),
            ended=_end(records),
            problems=problems,
            truncated=truncated,
        )

    @property
    def session(self) -> str:
        """The session's id."""
        return self.header.session

    @cached_property
    def model_calls(self) -> tuple[TracedCall, ...]:
        """Every HTTP attempt at a model."""
        return tuple(call for call in self.calls if call.kind is Kind.MODEL)

    @cached_property
    def logical_calls(self) -> tuple[LogicalCall, ...]:
        """The model calls as the agent meant them, each with its attempts."""
        return joined(self.model_calls)

    def chain(self, call: TracedCall) -> Chain:
        """A model call with the calls that it goes on from, where the provider keeps the conversation."""
        return chain_of(call, self.model_calls)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The logical calls with their requests read."""
        return turns_of(self.logical_calls)

    @cached_property
    def conversations(self) -> tuple[tuple[Turn, ...], ...]:
        """The turns, those together that tell one history on."""
        return tuple(tuple(group) for group in grouped(self.turns))

    @cached_property
    def said(self) -> tuple[str, ...]:
        """What the model answered in words, call by call; those without words are left out."""
        answers = (call.answer for call in self.logical_calls)
        return tuple(answer.text for answer in answers if answer is not None and answer.text)

    @property
    def final_answer(self) -> str:
        """The last thing that the model said in words; empty when it said nothing."""
        return self.said[-1] if self.said else ""

    @cached_property
    def tool_calls(self) -> tuple[ToolUse, ...]:
        """Every tool call once, recorded in the process or read out of the model traffic."""
        recorded = [call for call in self.calls if call.kind is Kind.TOOL]
        return tool_uses(recorded, self.logical_calls)

    @cached_property
    def servers(self) -> tuple[ServerSeen, ...]:
        """The tool servers that were spoken with over the Model Context Protocol."""
        return servers_seen(self.calls)

    @property
    def retries(self) -> int:
        """HTTP attempts beyond the first of each model call."""
        return len(self.model_calls) - len(self.logical_calls)

    @cached_property
    def certificate(self) -> Certificate:
        """Did everything that went to a model come into this trace, and how do we know?"""
        return certificate(self.coverage, ended=self.ended is not None)

    @property
    def failed(self) -> tuple[TracedCall, ...]:
        """The calls that brought an error or no answer."""
        return tuple(call for call in self.calls if call.failed)

    @property
    def truncated_answers(self) -> tuple[TracedCall, ...]:
        """Model answers that began as a success and lack their end."""
        return tuple(call for call in self.model_calls if call.truncated)

    @cached_property
    def usage(self) -> Usage:
        """All tokens that providers reported; None in a field that none did."""
        return summed_usage(self.model_calls)

    @property
    def seconds(self) -> float:
        """From the session's beginning to the last thing that was recorded."""
        ends = [call.ended_at if call.ended_at is not None else call.at for call in self.calls]
        return max([*ends, self.ended.at or 0.0 if self.ended else 0.0], default=0.0)

    @cached_property
    def inversions(self) -> tuple[tuple[TracedCall, TracedCall], ...]:
        """Pairs of one kind under way together of which the later dispatched was completed first."""
        kinds = (Kind.MODEL, Kind.TOOL)
        return tuple(pair for kind in kinds for pair in _overtaken([c for c in self.calls if c.kind is kind]))

    @property
    def complete(self) -> bool:
        """Is everything there: an end, no damage, an outcome to every call?"""
        return self.ended is not None and not self.problems and all(call.outcome for call in self.calls)

    def ledger(self) -> EffectLedger:
        """Every write that a recorded tool carried out, as the world saw it where that was recorded."""
        tools = (call for call in self.calls if call.kind is Kind.TOOL and ASKED_BACK not in call.marks)
        writes = [call for call in tools if call.writes]
        return EffectLedger(tuple(_entry(call) for write in writes for call in self.carried_out(write)))

    def carried_out(self, write: TracedCall) -> list[TracedCall]:
        """How often the world was asked for a write of the agent: once, unless a room stood between."""
        seen = [call for call in self.asked if (call.by, call.id) == (write.by, write.id)]
        if seen:
            return seen
        stopped = any(mark.partition(":")[0] in _BETWEEN for mark in write.marks)
        return [] if stopped else [write]


_BETWEEN = ("fault", "guard", "shadow", "replay")
"""The rooms that can answer in the world's place; whoever has them records the world's side as well."""


def _entry(call: TracedCall) -> LedgerEntry:
    arguments = call.request if isinstance(call.request, Mapping) else {"": call.request}
    return LedgerEntry(
        tool=call.name,
        arguments=arguments,
        intent=call.record.intent or f"{call.name} {canonical(arguments).decode()}",
        committed=call.outcome is not None and not call.failed and NO_EFFECT not in call.marks,
    )


def _overtaken(calls: Iterable[TracedCall]) -> list[tuple[TracedCall, TracedCall]]:
    """Walk through the calls by dispatch; whatever is still under way then and ends later was overtaken."""
    under_way: list[TracedCall] = []
    pairs = []
    for call in calls:
        under_way = [other for other in under_way if (other.completed or 0) > call.dispatched]
        if call.completed is None:
            continue
        pairs += [
            (other, call)
            for other in under_way
            if (other.completed or 0) > call.completed and not _within(call, other)
        ]
        under_way.append(call)
    return pairs


def _within(call: TracedCall, other: TracedCall) -> bool:
    """Was the call made by the other one while it ran?"""
    path = f"{other.record.path}/{other.name}".removeprefix("/")
    return call.record.path == path or call.record.path.startswith(path + "/")


def _end(records: Sequence[Record]) -> EndRecord | None:
    """The end that the session's own process wrote; of another one when there is none."""
    ends = [record for record in records if isinstance(record, EndRecord)]
    own = [end for end in ends if ":" not in end.by]
    return next(reversed(own or ends), None)


def summed_usage(calls: Iterable[TracedCall]) -> Usage:
    """The tokens that providers reported for these calls; None in a field that none did."""
    used = [call.usage for call in calls if call.usage]
    return Usage(
        input_tokens=_total(usage.input_tokens for usage in used),
        output_tokens=_total(usage.output_tokens for usage in used),
        cached_tokens=_total(usage.cached_tokens for usage in used),
        reasoning_tokens=_total(usage.reasoning_tokens for usage in used),
        written_tokens=_total(usage.written_tokens for usage in used),
    )


def _total(figures: Iterable[int | None]) -> int | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None
