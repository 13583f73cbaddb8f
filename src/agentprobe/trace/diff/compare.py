"""Two runs compared step by step: what is the same, what differs, and where they first part."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from agentprobe.basis.canonical import digest
from agentprobe.trace.diff.pairs import Fate, Pair, paired
from agentprobe.trace.diff.paths import Change, changes
from agentprobe.trace.diff.steps import ASKED, Cause, ModelStep, steps
from agentprobe.trace.view import Trace

SLOWER, MORE_SECONDS = 3.0, 0.25
"""A step is in another class of time when it takes so many times as long, and so much longer."""


@dataclass(frozen=True)
class RunDiff:
    """All that there is to say about two runs."""

    a: Trace
    b: Trace
    pairs: tuple[Pair, ...]
    """All steps of both runs, in order."""

    @cached_property
    def differing(self) -> tuple[Pair, ...]:
        """The steps that are not the same."""
        return tuple(pair for pair in self.pairs if pair.fate is not Fate.SAME)

    @cached_property
    def slower(self) -> tuple[Pair, ...]:
        """The steps that took another class of time."""
        return tuple(pair for pair in self.pairs if Cause.TIMING in pair.causes)

    @property
    def same(self) -> bool:
        """Did both runs do the same and end the same way? How long it took does not count."""
        return not self.differing and not self.endings

    @cached_property
    def first(self) -> Pair | None:
        """Where the runs first part: a result counts when it came, not when it was asked for."""
        places = {id(pair): place for place, pair in enumerate(self.pairs)}
        sent = sorted(pair.a.dispatched for pair in self.pairs if pair.a)
        at = {pair.a.dispatched: places[id(pair)] for pair in self.pairs if pair.a}
        return min(self.differing, key=lambda pair: _when(pair, places[id(pair)], sent, at), default=None)

    @cached_property
    def counts(self) -> Mapping[Fate, int]:
        """How many steps met which fate."""
        times = Counter(pair.fate for pair in self.pairs)
        return {fate: times[fate] for fate in Fate}

    @property
    def answers(self) -> tuple[str, str]:
        """The digests of both runs' final answers; empty where there is none."""
        return answer_digest(self.a), answer_digest(self.b)

    @property
    def conditions(self) -> tuple[Change, ...]:
        """What was set otherwise for the second run: seed, faults, the agent's command."""
        return tuple(changes(_conditions(self.a), _conditions(self.b), ""))

    @property
    def endings(self) -> tuple[Change, ...]:
        """How the two sessions ended, where that differs."""
        return tuple(changes(_ending(self.a), _ending(self.b), ""))


def diff(a: Trace, b: Trace) -> RunDiff:
    """Lay two runs beside each other."""
    return RunDiff(a, b, tuple(_judged(paired(steps(a), steps(b)))))


def answer_digest(trace: Trace) -> str:
    """The digest of the final answer; empty where there is none."""
    text = trace.final_answer
    return digest(text) if text else ""


# -- how a pair differs ------------------------------------------------------------------------------


def _judged(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Say of each pair in what it differs; a conversation is told again only as long as nothing differs."""
    parted = False
    for pair in pairs:
        found = replace(pair, causes=tuple(sorted(_causes(pair, parted), key=list(Cause).index)))
        parted = parted or found.fate is not Fate.SAME
        yield found


def _causes(pair: Pair, parted: bool) -> set[Cause]:
    a, b = pair.a, pair.b
    if a is None or b is None:
        return {Cause.STEP}
    if a.site != b.site:
        return {Cause.TOOL_CHOICE}
    found = _unequal(a.came, b.came)
    if a.exact != b.exact:
        found |= _unequal(a.asked, b.asked)
        if not parted and a.history != b.history:
            found.add(Cause.MESSAGES)
    if Cause.TOOL_CHOICE in found:
        found.discard(Cause.ARGUMENTS)
    if pair.moved:
        found.add(Cause.ORDER)
    if _other_class(a.seconds, b.seconds):
        found.add(Cause.TIMING)
    return found


def _unequal(one: Mapping[Cause, Any], other: Mapping[Cause, Any]) -> set[Cause]:
    return {cause for cause, said in one.items() if said != other.get(cause)}


def _other_class(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return False
    fast, slow = sorted((a, b))
    return slow > fast * SLOWER and slow - fast > MORE_SECONDS


def _when(pair: Pair, place: int, sent: list[int], places: Mapping[int, int]) -> tuple[int, int, int]:
    """When a difference came about; what was done within a step comes before the step's own result."""
    a = pair.a
    asked = pair.fate is not Fate.CHANGED or pair.causes[0] in (*ASKED, Cause.TOOL_CHOICE, Cause.ARGUMENTS)
    if a is None or a.completed is None or (asked and not _wrote(pair)):
        return place, 0, 0
    last = bisect_left(sent, a.completed) - 1
    return max(place, places[sent[last]]), 1, a.completed


def _wrote(pair: Pair) -> bool:
    """Is the first difference one that a model made, rather than one in what was asked?"""
    return isinstance(pair.a, ModelStep) and pair.causes[0] not in ASKED


def _conditions(trace: Trace) -> dict[str, Any]:
    header = trace.header
    made = {**header.identity, **header.run}
    said = {"seed": header.seed, "clock": header.clock, "agent": dict(header.agent), **made}
    return {name: value for name, value in said.items() if value not in ("", None, {})}


def _ending(trace: Trace) -> dict[str, Any]:
    if trace.ended is None:
        return {"ended": "the recording broke off"}
    return {"ended": trace.ended.status or "ok", "exit code": trace.ended.exit}
