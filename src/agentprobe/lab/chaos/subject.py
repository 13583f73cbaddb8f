"""A subject of a campaign: one agent on one task at one density, and what its undisturbed runs come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import fmean

from agentprobe.domain.task import ExpectedEffect, Task
from agentprobe.lab.chaos.reach import Reach, used_in
from agentprobe.lab.chaos.shot import SameAnswer, Shot, Shown, Usual
from agentprobe.lab.runners.job import Job
from agentprobe.trace.facts.ledger import ledger_of
from agentprobe.trace.facts.models import table_here
from agentprobe.trace.tools import PROCESS, ToolUse
from agentprobe.trace.view import Trace

MakeJob = Callable[[str, int], Job]
"""The job of a run under a schedule, the how-manieth of its kind."""
NOTHING_USUAL = Usual(model_calls=0, tokens=0, seconds=0)
NOWHERE = Reach(())
LEAST_CALLS = 60
"""A run may always make so many model calls before it is ended."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What shots at an agent on a task have in common."""

    agent: str
    task: str
    rows: int | None
    job: MakeJob
    usual: Usual = NOTHING_USUAL
    reach: Reach = NOWHERE
    light: bool = False
    """Does everything that tells happen in the worker, so that runs need no trace?"""
    deterministic: bool = False
    """Does the same seed always give the same run?"""
    derived: Task | None = None
    """The task as undisturbed runs have shown it, where nobody has written one."""

    def shot(self, schedule: str, nth: int = 0, *, traced: bool = False) -> Shot:
        """One run under a schedule; `traced` keeps its trace in any case."""
        return Shot(
            job=self.job(schedule, nth),
            usual=self.usual,
            task=self.derived,
            derived=self.derived is not None,
            light=self.light and not traced,
            most_calls=max(LEAST_CALLS, ceil(10 * self.usual.model_calls)),
        )


def usual_of(traces: Sequence[Trace], seconds: Sequence[float]) -> Usual:
    """What undisturbed runs come to, on average."""
    tokens = [(t.usage.input_tokens or 0) + (t.usage.output_tokens or 0) for t in traces]
    money = [ledger_of(trace, table_here()).dollars for trace in traces]
    known = [dollars for dollars in money if dollars is not None]
    return Usual(
        model_calls=fmean([len(trace.model_calls) for trace in traces]),
        tokens=fmean(tokens),
        seconds=fmean(seconds),
        money=fmean(known) if len(known) == len(money) else None,
    )


def reach_of(traces: Sequence[Trace]) -> Reach:
    """What can be struck: all that the run with the most calls has used."""
    return Reach(max((used_in(trace) for trace in traces), key=len, default=()))


def is_light(traces: Sequence[Trace]) -> bool:
    """Can a witness in the process tell all that a trace tells?"""
    return all(use.seen == PROCESS and not _went_to_server(use) for t in traces for use in t.tool_calls)


def _went_to_server(use: ToolUse) -> bool:
    """Did a tool call go to a tool server, which another process may lead?"""
    return use.call is not None and bool(use.call.record.via)


def _differing(effects: Sequence[Mapping[str, int]]) -> str:
    """An intent that some runs carried out more often than others; empty where there is none."""
    intents = sorted({intent for one in effects for intent in one})
    return next((intent for intent in intents if len({one.get(intent, 0) for one in effects}) > 1), "")


def derived_task(name: str, prompt: str, traces: Sequence[Trace], shown: Sequence[Shown]) -> Task | str:
    """The task that undisturbed runs show: their effects, and their answer where all give the same.

    Why there is none, where they do not agree on what is done.
    """
    if broken := next((one for one in shown if one.ended_it), None):
        return f"the undisturbed agent ended with an error: {broken.reason or broken.answer}"
    if differing := _differing([dict(one.effects) for one in shown]):
        return (
            f"undisturbed runs do not agree on what they change ({differing} was not in all of them, or not "
            "as often), so nothing is known to be right; say it in a task of agentprobe.toml, or mark tools "
            'that only read with @agentprobe.tool(effect="read")'
        )
    done = Counter((effect.tool, effect.intent) for effect in traces[0].ledger().effects if effect.committed)
    arguments = {(effect.tool, effect.intent): effect.arguments for effect in traces[0].ledger().effects}
    effects = tuple(
        ExpectedEffect(tool=tool, arguments=arguments[tool, intent], times=times)
        for (tool, intent), times in done.items()
    )
    answers = {" ".join(one.answer.split()) for one in shown}
    check = SameAnswer(answers.pop()) if len(answers) == 1 else None
    return Task(id=name, prompt=prompt, effects=effects, check=check)
