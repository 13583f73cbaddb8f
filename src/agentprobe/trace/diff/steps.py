"""A run as a sequence of steps, each with what two runs can differ in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.domain.call import LEFT, Kind
from agentprobe.domain.model import Finish
from agentprobe.trace.attempts import LogicalCall
from agentprobe.trace.diff.asked import asked
from agentprobe.trace.diff.paths import opened, spelled
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.tools import ToolUse
from agentprobe.trace.view import Trace


class Cause(StrEnum):
    """What two runs can differ in at a step, in the order in which one explains the other."""

    SETTINGS = "settings"
    PROMPT = "prompt"
    TOOLS = "tool schema"
    MESSAGES = "messages"
    BUILD = "model build"
    REPLY = "model reply"
    TOOL_CHOICE = "tool choice"
    ARGUMENTS = "arguments"
    RESULT = "result"
    ORDER = "order"
    STATUS = "status"
    STEP = "step"
    """The other run has no such step."""
    TIMING = "timing"


Overtook = Mapping[int, Sequence[str]]
"""By a call's dispatch, the names of the calls that it overtook."""
ASKED = (Cause.SETTINGS, Cause.PROMPT, Cause.TOOLS, Cause.MESSAGES)
"""What a model is asked; all else comes afterwards."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """One model call as the agent meant it, or one tool call."""

    number: int
    """Its place in the run, from 1."""
    kind: Kind
    name: str
    dispatched: int
    completed: int | None
    seconds: float | None
    overtook: tuple[str, ...] = ()
    """Steps that were sent before it and came back after it."""

    @property
    def site(self) -> str:
        """What can stand for it in another run, whatever was asked."""
        return "model" if self.kind is Kind.MODEL else f"tool:{self.name}"

    @property
    def exact(self) -> str:
        """What was asked, byte for byte."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        """What was asked anew in this step."""
        raise NotImplementedError

    @property
    def history(self) -> str:
        """What was told again."""
        return ""

    @property
    def asked(self) -> Mapping[Cause, str]:
        """What was asked, cause by cause; only whether two are the same means something."""
        return {}

    @property
    def came(self) -> Mapping[Cause, Any]:
        """What came of it."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelStep(Step):
    """A model call with its attempts."""

    call: LogicalCall

    @cached_property
    def exact(self) -> str:
        spoken = f"{self.name}\0{self.call.first.record.dialect}\0"
        return digest(spoken.encode() + self.call.first.request_bytes)

    @property
    def key(self) -> str:
        return f"model {self.asked[Cause.MESSAGES]}"

    @cached_property
    def history(self) -> str:
        return digest(spelled(asked(self.call.first).history))

    @cached_property
    def asked(self) -> Mapping[Cause, str]:
        request = asked(self.call.first)
        noted = self.call.first.prompt
        return {
            Cause.SETTINGS: spelled(request.settings),
            Cause.PROMPT: noted.system if noted else digest(request.system),
            Cause.TOOLS: digest(spelled(request.tools)) if request.tools else "",
            Cause.MESSAGES: digest(spelled(request.news)),
        }

    @property
    def came(self) -> Mapping[Cause, Any]:
        return {
            Cause.BUILD: self.build,
            Cause.REPLY: self.reply,
            Cause.TOOL_CHOICE: self.tools,
            Cause.ARGUMENTS: spelled(self.arguments),
            Cause.ORDER: self.overtook,
            Cause.STATUS: self.state,
        }

    @property
    def build(self) -> str:
        """The model that the provider says has answered."""
        return self.call.answer.model if self.call.answer else ""

    @property
    def reply(self) -> dict[str, Any]:
        """What the model said. That it ends with tool calls is the tool choice's affair."""
        answer = self.call.answer
        if answer is None:
            return {}
        finish = "" if answer.finish in (Finish.STOP, Finish.TOOL_CALLS, None) else answer.finish.value
        said = {"text": answer.text, "refusal": answer.refusal, "finish": finish}
        return {name: part for name, part in said.items() if part}

    @property
    def tools(self) -> list[str]:
        """The tools that the model chose."""
        return [call.name for call in self.call.answer.tool_calls] if self.call.answer else []

    @property
    def arguments(self) -> list[Any]:
        """What the model wrote for each of them."""
        return [opened(call.arguments) for call in self.call.answer.tool_calls] if self.call.answer else []

    @property
    def state(self) -> dict[str, Any]:
        """How it went, attempt by attempt."""
        last = self.call.last
        error = last.failure.type if last.failure is not None else last.error
        marks = [mark for attempt in self.call.attempts for mark in attempt.marks]
        return _state(list(self.call.statuses), self.call.failed, error, marks)


@dataclass(frozen=True, eq=False, kw_only=True)
class ToolStep(Step):
    """A tool call, recorded in the process or read out of the model traffic."""

    use: ToolUse

    @cached_property
    def exact(self) -> str:
        return f"{self.name} {digest(self.arguments)}"

    @cached_property
    def arguments(self) -> str:
        """What the tool was called with, in one spelling."""
        return spelled(opened(self.use.arguments))

    @property
    def key(self) -> str:
        return self.exact

    @property
    def came(self) -> Mapping[Cause, Any]:
        return {
            Cause.ARGUMENTS: self.arguments,
            Cause.RESULT: spelled(opened(self.use.result)),
            Cause.ORDER: self.overtook,
            Cause.STATUS: self.state,
        }

    @property
    def state(self) -> dict[str, Any]:
        """How it went."""
        call = self.use.call
        failed = call.failed if call is not None else bool(self.use.error)
        return _state([], failed, self.use.error, list(call.marks) if call else [])


def steps(trace: Trace) -> tuple[ModelStep | ToolStep, ...]:
    """All model and tool calls of a run, in the order in which they went out."""
    overtook = _overtaken(trace)
    found: list[tuple[int, LogicalCall | ToolUse]] = [
        *((call.first.dispatched, call) for call in trace.logical_calls),
        *((use.dispatched, use) for use in trace.tool_calls),
    ]
    found.sort(key=lambda pair: pair[0])
    return tuple(_step(number, item, overtook) for number, (_, item) in enumerate(found, start=1))


def _step(number: int, item: LogicalCall | ToolUse, overtook: Overtook) -> ModelStep | ToolStep:
    if isinstance(item, ToolUse):
        return ToolStep(
            number=number,
            kind=Kind.TOOL,
            name=item.name,
            dispatched=item.dispatched,
            completed=item.call.completed if item.call else None,
            seconds=item.call.seconds if item.call else None,
            overtook=_overtook([item.call] if item.call else [], overtook),
            use=item,
        )
    return ModelStep(
        number=number,
        kind=Kind.MODEL,
        name=item.name,
        dispatched=item.first.dispatched,
        completed=item.last.completed,
        seconds=item.seconds,
        overtook=_overtook(item.attempts, overtook),
        call=item,
    )


def _overtaken(trace: Trace) -> Overtook:
    found: defaultdict[int, list[str]] = defaultdict(list)
    for earlier, later in trace.inversions:
        found[later.dispatched].append(earlier.name)
    return found


def _overtook(calls: Iterable[TracedCall], overtook: Overtook) -> tuple[str, ...]:
    return tuple(sorted(name for call in calls for name in overtook.get(call.dispatched, ())))


def _state(statuses: list[int | None], failed: bool, error: str, marks: list[str]) -> dict[str, Any]:
    said = {
        "statuses": statuses,
        "failed": failed,
        "error": error,
        "touched": [mark for mark in marks if mark != LEFT and not mark.startswith("replay")],
        "left": LEFT in marks,
    }
    return {name: part for name, part in said.items() if part}
