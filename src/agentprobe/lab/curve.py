"""The density curve: to which number of rows an agent is proven, and from which it is broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentprobe.lab.statistics import Tally, surely_above, surely_below

Levels = Mapping[int, Sequence[Tally]]
"""The tallies of each task at each density."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """Where the edge lies."""

    proven_to: int | None
    """The highest density up to which the required rate is proven; None where not even at the lowest."""
    broken_from: int | None
    """The lowest density from which on it is proven not to be reached; None where not even at the highest."""


def bracket(levels: Levels, required: float, confidence: float = 0.95) -> Bracket:
    """Walk up while the rate is surely reached, and down while it surely is not.

    Each walk tests its levels in an order fixed beforehand and stops at the first that cannot be shown, so
    that no correction for the number of tests is needed (fixed-sequence testing).
    """
    proven = broken = None
    for rows in sorted(levels):
        if surely_above(levels[rows], confidence) < required:
            break
        proven = rows
    for rows in sorted(levels, reverse=True):
        if surely_below(levels[rows], confidence) >= required:
            break
        broken = rows
    return Bracket(proven, broken)
