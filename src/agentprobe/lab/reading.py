"""A run's trace, read for what a judge needs of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from agentprobe.domain.call import Kind
from agentprobe.domain.model import Finish
from agentprobe.errors import AgentStopped
from agentprobe.lab.seen import Receipt, Seen
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.read import read_trace
from agentprobe.trace.records import EndRecord
from agentprobe.trace.tools import ToolUse
from agentprobe.trace.view import Trace

_FAULT = "fault:"
_STOPS = {kind.__name__ for kind in AgentStopped.__subclasses__()}
"""The errors by which the house itself ends a run; they say nothing of the provider."""


def seen_in(path: Path) -> Seen:
    """What a run's trace shows; a run that died before its first line has shown nothing."""
    if not path.exists() or path.stat().st_size == 0:
        return Seen()
    return seen_of(read_trace(path))


def seen_of(trace: Trace) -> Seen:
    """What a trace shows of its run."""
    last = trace.model_calls[-1] if trace.model_calls else None
    return Seen(
        model_calls=len(trace.model_calls),
        tool_calls=tuple((use.name, _spelled(use)) for use in trace.tool_calls),
        ledger=trace.ledger(),
        receipts=tuple(_receipts(trace)),
        failures=tuple(text for call in trace.calls if (text := _message(call))),
        cut_text=_cut_text(last),
        provider_failure=_provider_failure(last),
        input_tokens=trace.usage.input_tokens or 0,
        output_tokens=trace.usage.output_tokens or 0,
    )


def _spelled(use: ToolUse) -> str:
    if not isinstance(use.arguments, Mapping):
        return repr(use.arguments)
    return repr(sorted((str(name), repr(value)) for name, value in use.arguments.items()))


def _receipts(trace: Trace) -> Iterable[Receipt]:
    """One for each fault that struck; like the injector, each process counts its own calls."""
    tools: Counter[str] = Counter()
    for call in trace.calls:
        tools[call.by] += call.kind is Kind.TOOL
        for fault in _faults(call, trace.ended):
            yield Receipt(
                fault=fault,
                call=call.id,
                site=call.site,
                nth=call.record.nth,
                nth_tool=tools[call.by],
            )


def _faults(call: TracedCall, end: EndRecord | None) -> list[str]:
    """By the call's marks; where the agent did not wait for its end, by what the injector said at last."""
    marked = [mark.removeprefix(_FAULT) for mark in call.marks if mark.startswith(_FAULT)]
    if end is None or end.by != call.by:
        return marked
    told = (str(text).partition("@") for text in end.facts.get("struck", ()))
    return marked + [fault for fault, _, struck in told if struck == call.id and fault not in marked]


def _message(call: TracedCall) -> str:
    """The words of a failure as the agent saw them."""
    if call.outcome is None or not call.failed:
        return ""
    if call.failure is not None:
        return call.failure.message
    body = call.value
    error = body.get("error") if isinstance(body, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else error
    return message if isinstance(message, str) else ""


def _cut_text(last: TracedCall | None) -> str | None:
    """The last answer's text, where a limit or a broken connection has cut it.

    Where the model has said why it stops, all of the text has come, whatever its stream lacks behind that.
    """
    if last is None or last.answer is None:
        return None
    cut = last.answer.finish is Finish.LENGTH or (last.truncated and last.answer.finish is None)
    return last.answer.text if cut else None


def _provider_failure(last: TracedCall | None) -> str:
    """How the provider itself failed at the end; a request it could not accept is the agent's own affair."""
    if last is None or last.left or any(mark.startswith(_FAULT) for mark in last.marks):
        return ""
    if last.status is not None and last.status in (400, 413, 422):
        return ""
    if last.status is not None and last.status >= 400:
        return f"status {last.status} {_message(last)}".strip()
    error = last.failure
    if error is None or error.type in _STOPS:
        return ""
    return f"{error.type}: {error.message}"
