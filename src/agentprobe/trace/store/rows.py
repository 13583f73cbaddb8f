"""A trace as rows of the index: one for the session, one for each model call and each tool call."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from agentprobe.domain.call import Kind
from agentprobe.domain.model import Message
from agentprobe.errors import TraceError
from agentprobe.trace.facts.conversations import Turn
from agentprobe.trace.facts.ledger import moment
from agentprobe.trace.facts.models import Known, Table
from agentprobe.trace.facts.money import cost_of
from agentprobe.trace.read import read_trace
from agentprobe.trace.tools import ToolUse
from agentprobe.trace.view import Trace

LONGEST = 100_000
"""Characters of one span that can be searched."""
STEP = math.log(1.01)
"""Durations are counted in classes of one per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One model call as the agent meant it, or one tool call."""

    number: int
    """Its place in the session, from 1."""
    kind: str
    name: str
    at: float
    seconds: float | None = None
    http: int | None = None
    """The status of the last attempt."""
    attempts: int = 1
    error: str = ""
    truncated: bool = False
    writes: bool = False
    input_tokens: int | None = None
    output_tokens: int | None = None
    dollars: float | None = None
    prompt: str = ""
    """The digest of the system prompt."""
    text: str = ""
    """What can be searched: what was new in the request, and what came back."""

    @property
    def duration_class(self) -> int | None:
        """The class of its duration; None when it has none."""
        return round(math.log(self.seconds) / STEP) if self.seconds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A session."""

    path: str
    """From the folder that is indexed."""
    stamp: str
    """Tells whether the file has changed since."""
    session: str = ""
    started: str = ""
    seconds: float = 0.0
    status: str = ""
    """`ok`, `failed`, `stopped`, or `open` while nothing says that it has ended."""
    exit: int | None = None
    simulated: bool = False
    command: str = ""
    problems: str = ""
    spans: tuple[Span, ...] = ()

    def total(self, field: str) -> float | None:
        """The sum of a figure over all spans; None when none has it."""
        known = [value for span in self.spans if (value := getattr(span, field)) is not None]
        return sum(known) if known else None


SPAN_FIELDS = tuple(name for name in Span.__slots__ if name != "text")
"""The columns of a span; its text stands apart."""


def facts_of(row: Row) -> dict[str, Any]:
    """The columns of a session."""
    models = [span for span in row.spans if span.kind == "model"]
    return {
        "path": row.path,
        "stamp": row.stamp,
        "session": row.session,
        "started": row.started,
        "seconds": row.seconds,
        "status": row.status,
        "exit": row.exit,
        "simulated": row.simulated,
        "command": row.command,
        "problems": row.problems,
        "models": len(models),
        "tools": len(row.spans) - len(models),
        "failed": sum(bool(span.error) for span in row.spans),
        "retried": sum(span.attempts - 1 for span in row.spans),
        "truncated": sum(span.truncated for span in row.spans),
        "input_tokens": row.total("input_tokens"),
        "output_tokens": row.total("output_tokens"),
        "dollars": row.total("dollars"),
    }


def row_of(trace: Trace, path: str, stamp: str, table: Table) -> Row:
    """Read a trace into its rows."""
    ended, run = trace.ended, trace.header.run
    command = trace.header.agent.get("command", "")
    spends = not (run.get("simulated") or run.get("replay"))
    return Row(
        path=path,
        stamp=stamp,
        session=trace.session,
        started=trace.header.started,
        seconds=trace.seconds,
        status=ended.status or "ok" if ended is not None else "open",
        exit=ended.exit if ended is not None else None,
        simulated=bool(run.get("simulated")),
        command=" ".join(map(str, command)) if isinstance(command, list | tuple) else str(command),
        problems="; ".join(trace.problems),
        spans=tuple(_spans(trace, cache(table.find) if spends else None)),
    )


Find = Callable[[str, str], Known]


def _spans(trace: Trace, find: Find | None) -> Iterator[Span]:
    seen: set[str] = set()
    turns = [(turn.call.first.dispatched, turn) for turn in trace.turns]
    tools = [(use.dispatched, use) for use in trace.tool_calls]
    found: list[tuple[int, Turn | ToolUse]] = sorted([*turns, *tools], key=lambda one: one[0])
    for number, (_, one) in enumerate(found, start=1):
        if isinstance(one, ToolUse):
            yield _tool(number, one)
        else:
            yield _model(number, one, trace, find, seen)


def _model(number: int, turn: Turn, trace: Trace, find: Find | None, seen: set[str]) -> Span:
    call, last = turn.call, turn.call.last
    usage = last.usage
    return Span(
        number=number,
        kind=Kind.MODEL.value,
        name=call.name,
        at=call.first.at,
        seconds=call.seconds,
        http=last.status,
        attempts=len(call.attempts),
        error=last.error,
        truncated=last.truncated,
        input_tokens=usage.input_tokens if usage is not None else None,
        output_tokens=usage.output_tokens if usage is not None else None,
        dollars=_dollars(turn, trace, find) if find is not None else None,
        prompt=last.prompt.system if last.prompt is not None else "",
        text=_clipped(_said(turn, seen)),
    )


def _tool(number: int, use: ToolUse) -> Span:
    return Span(
        number=number,
        kind=Kind.TOOL.value,
        name=use.name,
        at=use.call.at if use.call is not None else (use.asked_by.ended_at or 0.0 if use.asked_by else 0.0),
        seconds=use.call.seconds if use.call is not None else None,
        error=use.error,
        writes=use.call is not None and use.call.writes,
        text=_clipped(iter((_spelled(use.arguments), _spelled(use.result), use.error))),
    )


def _dollars(turn: Turn, trace: Trace, find: Find) -> float | None:
    """What all its attempts cost; None when one of them has no price."""
    dialect = turn.call.first.record.dialect
    costs = [
        cost_of(call.usage, find(call.name, dialect), dialect=dialect, at=moment(trace, call.at)).dollars
        for call in turn.call.attempts
        if call.usage is not None
    ]
    return sum(cost or 0.0 for cost in costs) if costs and None not in costs else None


def _said(turn: Turn, seen: set[str]) -> Iterator[str]:
    """What the request told for the first time in the session, and what the model said to it."""
    for message in turn.request.messages if turn.request is not None else ():
        for text in _texts(message):
            if text not in seen:
                seen.add(text)
                yield text
    answer = turn.call.answer
    if answer is not None:
        seen.add(answer.text)
        yield from (answer.text, answer.reasoning, answer.refusal or "")
        yield from (f"{tool.name} {tool.arguments}" for tool in answer.tool_calls)
    yield turn.call.last.error


def _texts(message: Message) -> Iterator[str]:
    yield message.text
    yield from (result.content for result in message.results)


def _spelled(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return msgspec.json.encode(value, enc_hook=str).decode()


def _clipped(texts: Iterator[str]) -> str:
    return "\n".join(text for text in texts if text)[:LONGEST]


def span_text(path: Path, number: int) -> str:
    """What can be searched of one span, read from its trace; empty where it is not there any more."""
    try:
        trace = read_trace(path)
    except TraceError:
        return ""
    return next((span.text for span in _spans(trace, None) if span.number == number), "")
