"""What a comparison of runs says, in words that every form of it shares."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from agentprobe.report.trace_words import clipped, counted, duration
from agentprobe.trace.diff.compare import RunDiff
from agentprobe.trace.diff.pairs import Fate, Pair
from agentprobe.trace.diff.paths import Change, spelled
from agentprobe.trace.diff.steps import Cause
from agentprobe.trace.view import Trace

HASH = 12
"""So many digits of an answer's hash are shown; JSON has them all."""


def verdict(found: RunDiff) -> str:
    """The whole comparison in one sentence."""
    if found.same:
        return "The runs are the same."
    if found.first is None:
        return "The runs did the same and ended otherwise."
    return f"The runs part at {where(found.first)}: {found.first.causes[0].value}."


def where(pair: Pair) -> str:
    """A step by its numbers in both runs and its name."""
    numbers = f"step {pair.a.number} of A" if pair.a else ""
    if pair.b and pair.a and pair.a.number == pair.b.number:
        numbers = f"step {pair.a.number}"
    elif pair.b:
        numbers = ", ".join(part for part in (numbers, f"step {pair.b.number} of B") if part)
    return f"{numbers} ({named(pair)})"


def named(pair: Pair) -> str:
    """A step by its kind and name; by both names where they differ."""
    names = dict.fromkeys(step.name for step in (pair.a, pair.b) if step)
    return f"{pair.step.kind.value} {' → '.join(clipped(name, 40) for name in names)}"


def causes(pair: Pair) -> str:
    """In what a pair differs."""
    if pair.fate in (Fate.ADDED, Fate.REMOVED):
        return pair.fate.value
    return ", ".join(cause.value for cause in pair.causes if cause is not Cause.TIMING)


def counts(found: RunDiff) -> str:
    """How many steps met which fate."""
    others = [(fate, number) for fate, number in found.counts.items() if number and fate is not Fate.SAME]
    same = counted(found.counts[Fate.SAME], "step the same", "steps the same")
    return ", ".join([same, *(f"{number:,} {fate.value}" for fate, number in others)])


def about(trace: Trace) -> str:
    """A run by its file and what it came to."""
    figures = (
        counted(len(trace.logical_calls), "model call", "model calls"),
        counted(len(trace.tool_calls), "tool call", "tool calls"),
        duration(trace.seconds) or "no time",
    )
    return f"{clipped(str(trace.path), 80)} · {' · '.join(figures)}"


def hashes(found: RunDiff) -> str:
    """The hashes of both final answers, and what they say."""
    a, b = (text[:HASH] for text in found.answers)
    if not a and not b:
        return "none on either side"
    return f"{a or 'none'}, the same" if a == b else f"A {a or 'none'}, B {b or 'none'}: they differ"


def values(change: Change, width: int) -> tuple[str, str]:
    """Both sides of a change, as short as is asked for; from where they part, when they begin alike."""
    a, b = (_shown(side) for side in (change.a, change.b))
    begin = _common(a, b)
    if begin > width // 2:
        cut = begin - width // 4
        a, b = f"…{a[cut:]}", f"…{b[cut:]}"
    return clipped(a, width), clipped(b, width)


def _shown(value: Any) -> str:
    if value is UNSET:
        return "(nothing)"
    return f"“{value}”" if isinstance(value, str) else spelled(value)


def _common(a: str, b: str) -> int:
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
