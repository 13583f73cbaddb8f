"""Paired measuring: all variants in turn, many rounds, so that a busy machine disturbs them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """CPU time per operation over the rounds, in microseconds."""

    rounds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The least disturbed round."""
        return min(self.rounds)

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


def paired(variants: Mapping[str, Callable[[], object]], *, times: int, rounds: int = 9) -> dict[str, Timing]:
    """Run every variant `times` times per round, in turn, and give CPU microseconds per operation."""
    spent: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, act in variants.items():
            before = time.process_time_ns()
            for _ in range(times):
                act()
            spent[name].append((time.process_time_ns() - before) / times / 1000)
    return {name: Timing(tuple(values)) for name, values in spent.items()}


middle = statistics.median


def spread(values: list[float], digits: int = 2) -> str:
    """A figure over rounds as median and range."""
    return f"{middle(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def ratio(of: Timing, to: Timing) -> str:
    """How many times as much, round by round."""
    return spread([a / b for a, b in zip(of.rounds, to.rounds, strict=True)])
