"""Estimates set right by what the provider reported for the other calls of the same run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import median

from agentprobe.trace.facts.tokens import SLACK, Count, How, estimate

ENOUGH = 4
"""So many other calls must have been reported before they say something about one."""
MOST = 40
"""So many are looked at; more would not change a median."""
FLOOR = 0.05
"""No calibration is taken to be surer than this."""
SPREAD = 4.5
"""How many median deviations from the fit a figure may lie without being doubted."""
Pair = tuple[int, int]
"""What we estimated, and what was reported."""


def calibrated(count: Count, others: Sequence[Pair]) -> Count:
    """The count by a line through what was reported for other calls; itself where they are too few.

    Slope and offset are medians, so that one wrong report among many moves neither.
    """
    if count.how is How.EXACT or len(others) < ENOUGH:
        return count
    step = -(-len(others) // MOST)
    pairs = others[::step]
    slope = _slope(pairs)
    offset = median(reported - slope * estimated for estimated, reported in pairs)
    tokens = max(0, round(slope * count.tokens + offset))
    spread = median(abs(reported - slope * own - offset) / max(1, reported) for own, reported in pairs)
    return estimate(tokens, max(FLOOR, SPREAD * spread), How.CALIBRATED, min(SLACK, 4))


def _slope(pairs: Sequence[Pair]) -> float:
    """Tokens reported for one estimated."""
    slopes = [(d - b) / (c - a) for (a, b), (c, d) in combinations(pairs, 2) if a != c]
    if slopes:
        return median(slopes)
    return median(reported / max(1, own) for own, reported in pairs)
