"""Which behaviours moved between two sets of runs: shares on both sides, and how far they lie apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb, hypot

from agentprobe.lab.statistics import Interval, wilson
from agentprobe.trace.diff.compare import answer_digest
from agentprobe.trace.diff.explain import version
from agentprobe.trace.view import Trace

MOST_ANSWERS = 5
"""So many of the answers that came more than once are compared one by one."""
Behaviour = tuple[str, str]
"""A group, and within it what was done."""


Count = tuple[int, int]
"""In how many runs something was seen, and of how many."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One behaviour on both sides."""

    group: str
    name: str
    a: int
    """In how many runs of the first set it was seen."""
    b: int
    runs_a: int
    runs_b: int
    confidence: float
    """That of the interval of the difference: 95 % for all behaviours together."""

    @property
    def share_a(self) -> Interval:
        """Where its share in the first set lies, at 95 %."""
        return wilson(self.a, self.runs_a)

    @property
    def share_b(self) -> Interval:
        """Where its share in the second set lies, at 95 %."""
        return wilson(self.b, self.runs_b)

    @property
    def difference(self) -> Interval:
        """Where the second share less the first one lies."""
        return newcombe((self.a, self.runs_a), (self.b, self.runs_b), self.confidence)

    @property
    def moved(self) -> bool:
        """Is the difference more than luck?"""
        return apart((self.a, self.runs_a), (self.b, self.runs_b), self.confidence)


@dataclass(frozen=True)
class SetDiff:
    """Two sets of runs, behaviour by behaviour."""

    runs_a: int
    runs_b: int
    movements: tuple[Movement, ...]

    @cached_property
    def moved(self) -> tuple[Movement, ...]:
        """The behaviours that moved, the greatest movement first."""
        found = [movement for movement in self.movements if movement.moved]
        return tuple(sorted(found, key=lambda one: -abs(one.b / one.runs_b - one.a / one.runs_a)))

    @property
    def smallest_seen(self) -> float | None:
        """The smallest share, against none in the first set, that so many runs show; None: not even all."""
        confidence = self.movements[0].confidence if self.movements else 0.95
        shares = (
            share / self.runs_b
            for share in range(1, self.runs_b + 1)
            if apart((0, self.runs_a), (share, self.runs_b), confidence)
        )
        return next(shares, None)


def apart(a: Count, b: Count, confidence: float) -> bool:
    """Do the shares differ? The interval must leave zero out, and of few runs the exact test must agree."""
    within = newcombe(a, b, confidence)
    return (within.low > 0 or within.high < 0) and fisher(a, b) <= 1 - confidence


def fisher(a: Count, b: Count) -> float:
    """How likely shares at least as far apart are by luck alone (Fisher's exact test, two-sided)."""
    (k_a, n_a), (k_b, n_b) = a, b
    seen = k_a + k_b
    ways = {k: comb(n_a, k) * comb(n_b, seen - k) for k in range(max(0, seen - n_b), min(n_a, seen) + 1)}
    return sum(way for way in ways.values() if way <= ways[k_a]) / comb(n_a + n_b, seen)


def newcombe(a: Count, b: Count, confidence: float = 0.95) -> Interval:
    """The interval of b's share less a's, from both score intervals (Newcombe, 1998, method 10)."""
    (k_a, n_a), (k_b, n_b) = a, b
    if not n_a or not n_b:
        return Interval(-1.0, 1.0)
    p_a, p_b = k_a / n_a, k_b / n_b
    at_a, at_b = wilson(k_a, n_a, confidence), wilson(k_b, n_b, confidence)
    apart = p_b - p_a
    return Interval(
        max(apart - hypot(p_b - at_b.low, at_a.high - p_a), -1.0),
        min(apart + hypot(at_b.high - p_b, p_a - at_a.low), 1.0),
    )


def moved(a: Iterable[Trace], b: Iterable[Trace]) -> SetDiff:
    """Compare two sets of runs; each trace is let go of once it was read."""
    left, right = [behaviours(trace) for trace in a], [behaviours(trace) for trace in b]
    times_a, times_b = _times(left), _times(right)
    names = sorted(_worth_telling(times_a + times_b))
    confidence = 1 - 0.05 / max(len(names), 1)
    movements = (
        Movement(*name, times_a[name], times_b[name], len(left), len(right), confidence) for name in names
    )
    return SetDiff(len(left), len(right), tuple(movements))


def behaviours(trace: Trace) -> frozenset[Behaviour]:
    """What a run did, as far as one can say yes or no to it."""
    return frozenset([*_asked(trace), *_done(trace), *_went(trace)])


def _asked(trace: Trace) -> Iterator[Behaviour]:
    for call in trace.logical_calls:
        yield "model", call.name
        if call.first.prompt is not None and call.first.prompt.system:
            yield "prompt", version(call.first.prompt.system)
        settings = call.first.settings
        if settings is not None and settings.temperature is not None:
            yield "setting", f"temperature {settings.temperature:g}"


def _done(trace: Trace) -> Iterator[Behaviour]:
    uses = trace.tool_calls
    for use, times in Counter(use.name for use in uses).items():
        yield "tool used", use
        if times > 1:
            yield "tool used again", use
    yield from (("tool failed", use.name) for use in uses if use.error)
    yield from (("write repeated", intent) for intent in trace.ledger().repeated())
    for call in trace.logical_calls:
        if call.answer is not None and call.answer.finish is not None:
            yield "answer ended by", call.answer.finish.value
    answer = answer_digest(trace)
    yield "final answer", answer[:12] if answer else "none"


def _went(trace: Trace) -> Iterator[Behaviour]:
    if trace.retries:
        yield "run", "retried a model call"
    if any(call.failed for call in trace.logical_calls):
        yield "run", "had a model call that failed for good"
    if trace.truncated_answers:
        yield "run", "got a truncated answer"
    if trace.inversions:
        yield "run", "had calls that overtook each other"
    if trace.ended is None:
        yield "run", "broke off"
    elif trace.ended.status not in ("", "ok") or trace.ended.exit:
        yield "run", "ended with an error"


def _times(runs: Sequence[frozenset[Behaviour]]) -> Counter[Behaviour]:
    return Counter(behaviour for run in runs for behaviour in run)


def _worth_telling(times: Counter[Behaviour]) -> list[Behaviour]:
    """All but the rarer answers: where every run answers otherwise, no single answer tells anything."""
    answers = [name for name, _ in times.most_common() if name[0] == "final answer"]
    kept = [name for name in answers if times[name] > 1][:MOST_ANSWERS]
    return [name for name in times if name[0] != "final answer" or name in kept]
