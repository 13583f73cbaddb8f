"""A trace as a tree of spans: the run, its model calls with every HTTP attempt, its tools.

The ids are made of the session's, so that a trace that is sent twice is the same trace. A failed call, an
answer that was cut off and an attempt that was tried again say so in their status, whatever came after them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

import msgspec

from agentprobe.basis.canonical import digest
from agentprobe.trace.facts.ledger import Entry
from agentprobe.trace.facts.told import Facts, facts_of
from agentprobe.trace.otlp.conventions import (
    OPENINFERENCE,
    Attributes,
    checked,
    genai_content,
    named,
    openinference_content,
)
from agentprobe.trace.otlp.span import Event, Kind, Span, Status
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.swallowed import Swallowed
from agentprobe.trace.tools import ToolUse
from agentprobe.trace.view import Trace

_PROVIDERS = {
    "openai_chat": "openai",
    "openai_responses": "openai",
    "anthropic_messages": "anthropic",
    "gemini": "gcp.gemini",
    "ollama": "ollama",
}
DEFAULT = "genai-latest"


def spans_of(
    trace: Trace, *, convention: str = DEFAULT, content: bool = False, facts: Facts | None = None
) -> tuple[Span, ...]:
    """All spans of a trace, the run's own first.

    What was said stands in them only with `content`. Raises ConfigError for an unknown convention.
    """
    return tuple(_Telling(trace, facts or facts_of(trace), checked(convention), content).spans())


@dataclass(frozen=True)
class _Telling:
    trace: Trace
    facts: Facts
    convention: str
    content: bool

    @property
    def zero(self) -> int:
        """When the session began, in nanoseconds."""
        try:
            return round(datetime.fromisoformat(self.trace.header.started).timestamp() * 1_000_000_000)
        except ValueError:
            return 0

    def spans(self) -> Iterator[Span]:
        yield self.run()
        for entry in self.facts.ledger.entries:
            yield self.model(entry)
            yield from (self.attempt(entry, n) for n in range(len(entry.call.attempts)))
        for number, use in enumerate(self.trace.tool_calls, start=1):
            yield self.tool(use, number)

    def run(self) -> Span:
        ended = self.trace.ended
        bad = ended is None or ended.status not in ("", "ok") or ended.exit not in (None, 0)
        name = _agent(self.trace)
        usage = self.trace.usage
        if self.convention == OPENINFERENCE:
            told: Attributes = {"openinference.span.kind": "AGENT", "agent.name": name}
        else:
            told = {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": name,
                "gen_ai.conversation.id": self.trace.session,
                "gen_ai.usage.input_tokens": self.facts.ledger.given,
                "gen_ai.usage.output_tokens": usage.output_tokens,
            }
        told |= {
            "session.id": self.trace.session,
            "agentprobe.simulated": True if not self.facts.ledger.spends else None,
            "agentprobe.swallowed": len(self.facts.swallowed) or None,
            "process.exit.code": ended.exit if ended is not None else None,
        }
        message = "the recording broke off" if ended is None else ended.status if bad else ""
        title, over = f"invoke_agent {name}", self.trace.seconds
        return self._span(title, "run", 0.0, over, told, bad=message, parent="", kind=Kind.INTERNAL)

    def model(self, entry: Entry) -> Span:
        call = entry.call
        told = self._openinference(entry) if self.convention == OPENINFERENCE else self._genai(entry)
        told |= {
            "session.id": self.trace.session,
            "agentprobe.call": entry.number,
            "agentprobe.retries": call.retries or None,
            "agentprobe.truncated": True if call.last.truncated else None,
            "agentprobe.cost.usd": entry.cost.dollars if entry.cost is not None else None,
        }
        went_on = [
            Event(
                name="agentprobe.swallowed",
                at=self._at(call.last.ended_at or call.last.at),
                attributes={"error.type": s.trouble.came.value, **self._words(s)},
            )
            for s in self.facts.swallowed
            if s.number == entry.number
        ]
        end = call.last.ended_at if call.last.ended_at is not None else self.trace.seconds
        name = f"chat {call.name}"
        bad = call.last.error if call.failed else ""
        role, events = f"call {entry.number}", tuple(went_on)
        return self._span(name, role, call.first.at, end, told, bad=bad, kind=Kind.CLIENT, events=events)

    def attempt(self, entry: Entry, number: int) -> Span:
        """One HTTP exchange below a model call."""
        call = entry.call.attempts[number]
        http = call.record.http
        told: Attributes = {
            "http.request.method": http.method if http is not None else None,
            "url.path": http.target.partition("?")[0] if http is not None else None,
            "http.response.status_code": call.status,
            "http.request.resend_count": number or None,
            "error.type": _error_type(call),
            "agentprobe.marks": list(call.marks),
        }
        if self.convention == OPENINFERENCE:
            told["openinference.span.kind"] = "CHAIN"
        end = call.ended_at if call.ended_at is not None else self.trace.seconds
        role = f"call {entry.number}"
        bad = call.error or (f"HTTP status {call.status}" if call.failed else "")
        name = http.method if http is not None else "POST"
        return self._span(
            name, f"{role} attempt {number}", call.at, end, told, bad=bad if call.failed else "", parent=role,
            kind=Kind.CLIENT,
        )  # fmt: skip

    def tool(self, use: ToolUse, number: int) -> Span:
        """A tool; one that was only seen on the wire stands, without a length, where it was asked for."""
        asked = use.asked_by.ended_at if use.asked_by is not None else None
        start = use.call.at if use.call is not None else asked or 0.0
        end = use.call.ended_at if use.call is not None else start
        arguments, result = _text(use.arguments), _text(use.result)
        if self.convention == OPENINFERENCE:
            told: Attributes = {
                "openinference.span.kind": "TOOL",
                "tool.name": use.name,
                "tool.id": use.ref or None,
            }
            keys = ("tool.parameters", "output.value")
        else:
            told = {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": use.name,
                "gen_ai.tool.type": "function",
                "gen_ai.tool.call.id": use.ref or None,
            }
            keys = ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result")
        if self.content:
            told |= {keys[0]: arguments, keys[1]: result if use.answered else None}
        via = use.call.record.via if use.call is not None else ""
        if via.startswith("mcp:"):
            told |= {"mcp.method.name": "tools/call", "mcp.server.name": via.removeprefix("mcp:")}
        told |= {
            "session.id": self.trace.session,
            "agentprobe.seen": use.seen,
            "error.type": "tool_error" if use.error else None,
        }
        return self._span(
            f"execute_tool {use.name}", f"tool {number}", start, end if end is not None else start, told,
            bad=use.error, kind=Kind.INTERNAL,
        )  # fmt: skip

    def _genai(self, entry: Entry) -> Attributes:
        call, usage = entry.call.last, entry.call.last.usage
        asked, answer, dialect = entry.turn.request, entry.call.answer, entry.call.last.record.dialect
        settings = asked.settings if asked is not None else None
        told: Attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _PROVIDERS.get(dialect, dialect),
            "gen_ai.request.model": call.name,
            "gen_ai.conversation.id": f"{self.trace.session}/{self._conversation(entry)}",
            "gen_ai.request.temperature": settings.temperature if settings else None,
            "gen_ai.request.top_p": settings.top_p if settings else None,
            "gen_ai.request.max_tokens": settings.max_tokens if settings else None,
            "gen_ai.request.seed": settings.seed if settings else None,
            "gen_ai.request.stop_sequences": list(settings.stop) if settings else None,
            "gen_ai.request.stream": True if asked is not None and asked.stream else None,
            "gen_ai.response.id": (answer.id or None) if answer else None,
            "gen_ai.response.model": (answer.model or None) if answer else None,
            "gen_ai.response.finish_reasons": [answer.finish_raw] if answer and answer.finish_raw else None,
            "gen_ai.response.time_to_first_chunk": _first_chunk(call),
            "gen_ai.usage.input_tokens": entry.given,
            "gen_ai.usage.output_tokens": entry.taken,
            "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens if usage else None,
            "gen_ai.usage.cache_write.input_tokens": usage.written_tokens if usage else None,
            "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens if usage else None,
            "error.type": _error_type(call),
        }
        return told | (genai_content(asked, answer) if self.content else {})

    def _openinference(self, entry: Entry) -> Attributes:
        call, usage = entry.call.last, entry.call.last.usage
        asked, answer, dialect = entry.turn.request, entry.call.answer, entry.call.last.record.dialect
        taken = entry.taken
        total = entry.given + taken if entry.given is not None and taken is not None else None
        told: Attributes = {
            "openinference.span.kind": "LLM",
            "llm.model_name": (answer.model if answer else "") or call.name,
            "llm.system": _PROVIDERS.get(dialect, dialect) or None,
            "llm.invocation_parameters": _parameters(asked.settings) if asked is not None else None,
            "llm.token_count.prompt": entry.given,
            "llm.token_count.completion": taken,
            "llm.token_count.total": total,
            "llm.token_count.prompt_details.cache_read": usage.cached_tokens if usage else None,
            "llm.token_count.prompt_details.cache_write": usage.written_tokens if usage else None,
            "llm.token_count.completion_details.reasoning": usage.reasoning_tokens if usage else None,
            "llm.cost.total": entry.cost.dollars if entry.cost is not None else None,
        }
        return told | (openinference_content(asked, answer) if self.content else {})

    def _words(self, entry: Swallowed) -> Attributes:
        """What was said about an error may quote what was said in the run."""
        if not self.content:
            return {}
        return {"error.message": entry.trouble.what, "agentprobe.went_on": entry.went_on}

    def _conversation(self, entry: Entry) -> int:
        talks = self.facts.ledger.conversations
        return next(
            (talk.number for talk in talks for point in talk.points if point.number == entry.number), 0
        )

    def _span(
        self,
        name: str,
        role: str,
        start: float,
        end: float,
        told: Attributes,
        *,
        bad: str,
        kind: Kind,
        parent: str = "run",
        events: tuple[Event, ...] = (),
    ) -> Span:
        return Span(
            name=name,
            trace_id=self._id("trace"),
            span_id=self._id(role)[:16],
            parent_id=self._id(parent)[:16] if parent else "",
            kind=kind,
            start=self._at(start),
            end=self._at(max(start, end)),
            attributes=named(told, self.convention),
            events=events,
            status=Status.ERROR if bad else Status.UNSET,
            message=bad[:500],
        )

    def _id(self, role: str) -> str:
        header = self.trace.header
        return digest(f"agentprobe\0{header.session}\0{header.started}\0{role}")

    def _at(self, seconds: float) -> int:
        return self.zero + round(seconds * 1_000_000_000)


def _agent(trace: Trace) -> str:
    command = trace.header.agent.get("command") or ()
    words = [str(word) for word in command] if isinstance(command, list | tuple) else []
    scripts = [PurePath(word).name for word in words[1:2] if not word.startswith("-")]
    program = scripts or [PurePath(word).name for word in words[:1]] or ["agent"]
    return str(trace.header.agent.get("name") or program[0])


def _error_type(call: TracedCall) -> str | None:
    if not call.failed:
        return None
    if call.truncated:
        return "truncated"
    said = call.outcome.error.type if call.outcome is not None and call.outcome.error is not None else ""
    return str(call.status) if (call.status or 0) >= 400 else said or "no_answer"


def _first_chunk(call: TracedCall) -> float | None:
    outcome = call.outcome
    return outcome.first_chunk if outcome is not None and outcome.chunks else None


def _parameters(settings: Any) -> str:
    names = ("temperature", "top_p", "max_tokens", "seed")
    given = {name: getattr(settings, name) for name in names if getattr(settings, name) is not None}
    return msgspec.json.encode(given).decode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=repr).decode()
