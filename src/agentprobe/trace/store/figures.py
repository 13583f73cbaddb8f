"""Sums that an index keeps while traces come and go, so that figures need no look at every span."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from agentprobe.trace.store.found import Stat
from agentprobe.trace.store.rows import STEP, Span

SUMS = ("calls", "attempts", "failed", "truncated", "input_tokens", "output_tokens", "dollars", "priced")
"""The columns that are summed for each kind and name."""
COLUMNS = ", ".join(("kind", "name", *SUMS))
Classes = Sequence[tuple[int, int]]
"""Classes of duration, the quickest first, and how many calls each holds."""


class Sums(NamedTuple):
    """What some spans add to the sums."""

    totals: dict[tuple[str, str], list[float]]
    """By kind and name, in the order of `SUMS`."""
    durations: dict[tuple[str, str, int], int]
    """By kind, name and class of duration."""

    @classmethod
    def of(cls, spans: Iterable[Span], sign: int) -> Sums:
        """Count spans; `sign` is -1 for those that go."""
        durations: Counter[tuple[str, str, int]] = Counter()
        totals: dict[tuple[str, str], list[float]] = {}
        for span in spans:
            of_name = totals.setdefault((span.kind, span.name), [0] * len(SUMS))
            for place, value in enumerate(_figures(span)):
                of_name[place] += sign * value
            if (duration := span.duration_class) is not None:
                durations[span.kind, span.name, duration] += sign
        return cls(totals, durations)


def stat_of(row: Sequence[Any], classes: Classes) -> Stat:
    """The figures of one name: a row of `COLUMNS`, and how many calls took how long."""
    kind, name, calls, attempts, failed, truncated, given, said, dollars, priced = row
    p50, p95, p99 = (_ranked(classes, share) for share in (0.5, 0.95, 0.99))
    return Stat(
        kind=kind,
        name=name,
        calls=calls,
        attempts=attempts,
        failed=failed,
        truncated=truncated,
        input_tokens=given,
        output_tokens=said,
        dollars=dollars if priced else None,
        unpriced=calls - priced,
        p50_seconds=p50,
        p95_seconds=p95,
        p99_seconds=p99,
    )


def _ranked(classes: Classes, share: float) -> float | None:
    whole = sum(times for _, times in classes)
    return _at(classes, math.ceil(share * whole)) if whole else None


def _at(classes: Classes, rank: int) -> float:
    """The duration of the call with this rank, from 1."""
    passed = 0
    for number, times in classes:
        passed += times
        if passed >= rank:
            return math.exp(number * STEP)
    raise AssertionError("the rank lies within the calls")


def _figures(span: Span) -> tuple[float, ...]:
    return (
        1,
        span.attempts,
        bool(span.error),
        span.truncated,
        span.input_tokens or 0,
        span.output_tokens or 0,
        span.dollars or 0.0,
        span.dollars is not None,
    )
