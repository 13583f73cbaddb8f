"""Calls that took much longer than others of their kind, or most of the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from agentprobe.domain.call import Kind

ENOUGH = 4
"""So many calls of a kind show what is usual for it."""
TIMES = 3.0
"""A call that took so many times what is usual is slow."""
AT_LEAST = 0.05
"""Seconds below which nothing is called slow."""
MOST = 0.5
"""A single call that took this share of the run is named whatever is usual."""


@dataclass(frozen=True)
class Timed:
    """A call with its time."""

    kind: Kind
    name: str
    label: str
    """What it is called in the report: `call 3`, `search #2`."""
    seconds: float


@dataclass(frozen=True)
class Slow:
    """A call that took long."""

    call: Timed
    share: float
    """Of the run's whole time."""
    usual: float | None = None
    """What is usual for its kind, in seconds; None where there are too few to say."""


def slow_ones(calls: Iterable[Timed], whole: float) -> tuple[Slow, ...]:
    """The outliers by kind and name, and whatever took most of the run; slowest first."""
    groups: dict[tuple[Kind, str], list[Timed]] = defaultdict(list)
    for call in calls:
        groups[call.kind, call.name].append(call)
    found = [slow for group in groups.values() for slow in _in_group(group, whole)]
    return tuple(sorted(found, key=lambda slow: slow.call.seconds, reverse=True))


def _in_group(group: Sequence[Timed], whole: float) -> list[Slow]:
    usual = median(call.seconds for call in group) if len(group) >= ENOUGH else None
    return [
        Slow(call, call.seconds / whole if whole else 0.0, usual)
        for call in group
        if call.seconds >= AT_LEAST and _is_long(call.seconds, usual, whole)
    ]


def _is_long(seconds: float, usual: float | None, whole: float) -> bool:
    return (usual is not None and seconds > TIMES * usual) or seconds >= MOST * whole > 0
