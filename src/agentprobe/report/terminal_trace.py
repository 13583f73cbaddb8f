"""A trace as it is read in a terminal: a tree of what happened, a summary, and a live line a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from agentprobe.domain.call import LEFT, Kind
from agentprobe.domain.model import Finish
from agentprobe.report.attempt_tree import attempt_tree, shape
from agentprobe.report.trace_facts import call_facts, state_lines, swallowed_line
from agentprobe.report.trace_summary import summary
from agentprobe.report.trace_words import clipped, counted, duration, in_words, plain, tokens
from agentprobe.splice.suppress import SUPPRESSED
from agentprobe.trace.attempts import LogicalCall
from agentprobe.trace.chain import continues
from agentprobe.trace.facts.told import Facts, facts_of
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.states import Snapshot
from agentprobe.trace.tools import WIRE, ToolUse
from agentprobe.trace.view import Trace

WIDTH = 56
"""How many letters of a text that somebody else has written are shown."""


def draw(trace: Trace, facts: Facts | None = None) -> RenderableType:
    """The whole trace: what happened in its order, and what it came to."""
    facts = facts or facts_of(trace)
    return Group(_tree(trace, facts), Text(), summary(trace, facts))


def live_line(call: TracedCall) -> Text:
    """One finished call in one line."""
    line = Text()
    line.append(f"{call.at:8.3f} s  ", "dim")
    line.append(f"{call.kind.value:<5} ", "bold")
    line.append(clipped(call.name, 28))
    if call.kind is Kind.MODEL:
        _add(line, _reply(call, brief=True))
    else:
        line.append(_arguments(call.request, 24))
        _add(line, _tool_state(call))
    return line


# -- the tree ----------------------------------------------------------------------------------------


def _tree(trace: Trace, facts: Facts) -> Tree:
    """Model calls and, between them, the tools that no recorded answer asked for and what was kept."""
    tree = Tree(_title(trace), guide_style="dim")
    asked = {id(model.last) for model in trace.logical_calls}
    alone = [use for use in trace.tool_calls if id(use.asked_by) not in asked]
    states = list(facts.states)
    for number, model in enumerate(trace.logical_calls, start=1):
        while alone and alone[0].dispatched < model.first.dispatched:
            tree.add(_tool(alone.pop(0)))
        while states and states[0].record.at <= model.first.at:
            _add_state(tree, states.pop(0))
        _grow(tree, number, model, trace.tool_calls, facts)
    for use in alone:
        tree.add(_tool(use))
    for snapshot in states:
        _add_state(tree, snapshot)
    for problem in trace.problems:
        tree.add(Text(plain(problem), "yellow"))
    return tree


def _grow(tree: Tree, number: int, model: LogicalCall, uses: Iterable[ToolUse], facts: Facts) -> None:
    """Add a model call with its attempts, its words and the tools that it asked for."""
    line = _model(number, model)
    _add(line, call_facts(facts.entry(number)))
    branch = tree.add(line)
    for part in _below(model):
        branch.add(part)
    for use in uses:
        if use.asked_by is model.last:
            branch.add(_tool(use))
    for entry in facts.swallowed:
        if entry.number == number:
            branch.add(swallowed_line(entry))


def _add_state(tree: Tree, snapshot: Snapshot) -> None:
    """Add a snapshot of what was kept, and below it what has changed."""
    title, lines = state_lines(snapshot)
    branch = tree.add(title)
    for line in lines:
        branch.add(line)


def _title(trace: Trace) -> Text:
    header = trace.header
    title = Text.assemble(("session ", "dim"), (clipped(header.session or trace.path.name, 40), "bold"))
    facts = [f"seed {header.seed}", "virtual time" if header.clock == "virtual" else ""]
    if not header.content:
        facts.append("no content kept")
    if header.run.get("simulated"):
        facts.append("simulated model")
    schedule = header.run.get("schedule")
    if schedule:
        facts.append(f"faults {clipped(str(schedule), 48)}")
    _add(title, (Text(fact, "dim") for fact in facts if fact))
    return title


def _model(number: int, model: LogicalCall) -> Text:
    line = Text.assemble((f"{number} ", "dim"), ("model ", "bold"), clipped(model.name, 32))
    _add(line, _within(model.first))
    _add(line, _settings(model.first))
    if on := continues(model.first):
        _add(line, [Text(f"goes on from {clipped(on, 24)}", "dim")])
    _add(line, _reply(model.last, seconds=model.seconds))
    if model.retries:
        _add(line, [Text(counted(model.retries, "retry", "retries"), "yellow"), Text(shape(model), "yellow")])
    return line


def _below(model: LogicalCall) -> Iterator[RenderableType]:
    """What stands under a model call besides tools: its attempts, its words, its error."""
    if model.retries:
        yield from attempt_tree(model, _attempt)
    elif model.failed:
        yield Text(clipped(model.last.error, 100), "red")
    answer = model.answer
    if answer is not None and (answer.text or answer.refusal):
        yield Text(f"“{clipped(answer.text or answer.refusal or '', WIDTH)}”", "italic")


def _attempt(number: int, attempt: TracedCall, waited: float | None) -> Text:
    line = Text(f"attempt {number}")
    _add(line, [Text(f"waited {duration(waited)}" if waited is not None else "", "dim")])
    _add(line, [_state(attempt), Text(duration(attempt.seconds), "dim")])
    _add(line, (Text(clipped(mark, 40), "magenta") for mark in _house(attempt)))
    if attempt.failed and attempt.error:
        _add(line, [Text(clipped(attempt.error, 40), "dim")])
    return line


def _within(call: TracedCall) -> Iterator[Text]:
    """The tool that a call was made from, when it was."""
    if call.record.path:
        yield Text(f"within {clipped(call.record.path, 40)}", "dim")


def _settings(call: TracedCall) -> Iterator[Text]:
    asked = call.settings
    if asked is None:
        return
    if asked.temperature is not None:
        yield Text(f"T={asked.temperature:g}", "dim")
    if asked.seed is not None:
        yield Text(f"seed={asked.seed}", "dim")
    if asked.max_tokens is not None:
        yield Text(f"max={asked.max_tokens}", "dim")
    if asked.stream:
        yield Text("stream", "dim")


def _reply(call: TracedCall, *, seconds: float | None = None, brief: bool = False) -> Iterator[Text]:
    """How a model call went, in words first and colour second."""
    yield _state(call)
    yield Text(duration(seconds if seconds is not None else call.seconds), "dim")
    outcome = call.outcome
    if not brief and outcome is not None and outcome.chunks and outcome.first_chunk is not None:
        yield Text(f"first {duration(outcome.first_chunk)}", "dim")
    if call.usage is not None:
        yield Text(tokens(call.usage), "dim")
    finish = call.answer.finish if call.answer else None
    if finish is not None:
        yield Text(finish.value, "" if finish in _PEACEFUL else "yellow")
    for mark in _house(call):
        yield Text(clipped(mark, 40), "magenta")


def _state(call: TracedCall) -> Text:
    if call.outcome is None:
        return Text("NO OUTCOME", "red")
    if call.truncated:
        return Text(f"{call.status} CUT OFF", "red")
    if call.left:
        return Text("LEFT by the agent", "yellow")
    if call.status is None:
        return Text(f"FAILED {clipped(call.error, 40)}", "red") if call.failed else Text("ok", "green")
    if call.failed:
        return Text(f"{call.status} FAILED", "red")
    return Text(f"{call.status} ok", "green")


def _tool(use: ToolUse) -> Text:
    line = Text.assemble(("tool ", "bold"), clipped(use.name, 28), _arguments(use.arguments, 40))
    if use.call is None:
        _add(line, [Text("FAILED", "red")] if use.error else [])
        _add(line, [_result_seen(use)])
    else:
        _add(line, _within(use.call))
        _add(line, [Text("seen on the wire", "dim")] if use.seen == WIRE else [])
        _add(line, _tool_state(use.call))
    told = use.error or _short(in_words(use.result))
    if told:
        line.append(f" → {clipped(told, WIDTH)}", "red" if use.error else "dim")
    return line


def _result_seen(use: ToolUse) -> Text:
    """Of a tool that only the model traffic tells of: was a result seen there, as far as content was kept?"""
    if use.answered:
        return Text("seen on the wire", "dim")
    if use.asked_by is not None and use.asked_by.record.noted is not None:
        return Text("seen on the wire, its result was not kept", "dim")
    return Text("no result seen", "yellow")


def _tool_state(call: TracedCall) -> Iterator[Text]:
    if SUPPRESSED in call.marks:
        yield Text("NOT CARRIED OUT", "magenta")
        return
    if call.writes:
        yield Text("WRITE", "cyan")
    if call.outcome is None:
        yield Text("NO OUTCOME", "red")
    else:
        yield Text("FAILED", "red") if call.failed else Text("ok", "green")
    if not call.record.purpose:
        yield Text(duration(call.seconds), "dim")
    for mark in _house(call):
        yield Text(clipped(mark, 40), "magenta")


_PEACEFUL = (Finish.STOP, Finish.TOOL_CALLS)


def _house(call: TracedCall) -> Iterator[str]:
    """The marks that the house's own rooms have left."""
    return (mark for mark in call.marks if mark != LEFT)


def _add(line: Text, parts: Iterable[Text]) -> None:
    for part in parts:
        if part.plain:
            line.append(" · ", "dim").append_text(part)


def _arguments(value: Any, width: int) -> str:
    if not isinstance(value, Mapping):
        return f"({clipped(_short(value), width)})"
    return f"({clipped(', '.join(f'{key}={_short(part)}' for key, part in value.items()), width)})"


def _short(value: Any) -> str:
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=repr).decode()
