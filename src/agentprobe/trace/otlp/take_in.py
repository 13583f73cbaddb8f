"""Foreign spans made into traces: one file for each trace that they tell of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from agentprobe.dialects import dialect_named
from agentprobe.domain.call import Kind as Asked
from agentprobe.trace.body import packed, packed_value
from agentprobe.trace.otlp.reading import (
    answer_of,
    is_model,
    is_tool,
    model_of,
    request_of,
    session_of,
    tool_of,
)
from agentprobe.trace.otlp.span import Span, Status
from agentprobe.trace.records import AGENT, CallRecord, Failure, Http, OutcomeRecord
from agentprobe.trace.writer import TraceWriter

DIALECT = "openai_chat"
"""The protocol in which imported model calls are written down, whatever they were spoken in."""


@dataclass(frozen=True)
class TakenIn:
    """A trace that was made of spans."""

    path: Path
    models: int
    tools: int


def take_in(spans: Iterable[Span], folder: Path) -> tuple[TakenIn, ...]:
    """Write a trace for each trace id, into a file of its name; one that is there already is left alone."""
    by_trace: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_trace[span.trace_id or "spans"].append(span)
    folder.mkdir(parents=True, exist_ok=True)
    made = (_written(told, folder / f"{_safe(name)}.jsonl") for name, told in by_trace.items())
    return tuple(one for one in made if one is not None)


def _written(spans: Sequence[Span], path: Path) -> TakenIn | None:
    calls = sorted((s for s in spans if is_model(s) or is_tool(s)), key=lambda span: span.start)
    if not calls or path.exists():
        return None
    zero = min(span.start for span in spans)
    writer = TraceWriter(path, by="otlp")
    session = next((name for span in spans if (name := session_of(span))), path.stem)
    started = datetime.fromtimestamp(zero / 1e9, UTC).isoformat()
    simulated = any(span.attributes.get("agentprobe.simulated") is True for span in spans)
    run = {"imported": "otlp", **({"simulated": True} if simulated else {})}
    writer.header(session=session, started=started, run=run)
    moments = [(span.start, 0, at, span) for at, span in enumerate(calls)]
    moments += [(span.end, 1, at, span) for at, span in enumerate(calls)]
    for _, is_end, at, span in sorted(moments, key=lambda moment: moment[:3]):
        (_came if is_end else _asked)(writer, span, f"c{at + 1}", zero)
    root = next((span for span in spans if not span.parent_id), None)
    bad = root is not None and root.status is Status.ERROR
    writer.end("failed" if bad else "ok")
    return TakenIn(path, sum(map(is_model, calls)), sum(not is_model(call) for call in calls))


def _asked(writer: TraceWriter, span: Span, name: str, zero: int) -> None:
    record = CallRecord(
        order=writer.order(),
        id=name,
        by=writer.by,
        place=AGENT,
        at=_seconds(span.start, zero),
        kind=Asked.MODEL.value,
        name=model_of(span),
    )
    if is_model(span):
        body = packed(dialect_named(DIALECT).write_request(request_of(span)))
        http = Http(method="POST", target="/v1/chat/completions")
        writer.add(replace(record, site="model", dialect=DIALECT, request=body, http=http))
        return
    tool, arguments, _, ref = tool_of(span)
    given = packed_value(arguments)
    site = f"tool:{tool}"
    writer.add(replace(record, kind=Asked.TOOL.value, name=tool, site=site, ref=ref, request=given))


def _came(writer: TraceWriter, span: Span, name: str, zero: int) -> None:
    record = OutcomeRecord(
        order=writer.order(),
        id=name,
        by=writer.by,
        place=AGENT,
        at=_seconds(span.end, zero),
        seconds=_seconds(span.end, span.start),
    )
    if span.status is Status.ERROR:
        said = span.attributes.get("error.type") or span.attributes.get("exception.type") or "error"
        writer.add(replace(record, error=Failure(type=str(said), message=span.message)))
    elif is_model(span):
        reply = dialect_named(DIALECT).write_answer(answer_of(span), request_of(span))
        writer.add(replace(record, status=reply.status, body=packed(reply.body)))
    else:
        writer.add(replace(record, body=packed_value(tool_of(span)[2])))


def _seconds(later: int, earlier: int) -> float:
    return round(max(0, later - earlier) / 1e9, 6)


def _safe(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter in "-_")[:64] or "spans"
