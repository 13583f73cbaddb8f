"""An axis of time on which long waits are cut short, so that what happened around them stays visible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

LEAST_SECONDS = 5.0
"""Waits are compared with what is usual in the run, but with no less than this."""
LONG = 6.0
"""So many times longer than what is usual is long."""
NO_TIME = 1e-9
"""Less than this many seconds are none."""
STEP_SHARE = 0.35
"""The part of the axis that goes to the order of things: each has at least a little room."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A wait that is drawn shorter than it was."""

    at: float
    """Its middle, as a share of the axis."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Axis:
    """Where moments stand, as shares of the axis, in the order in which they were given."""

    at: tuple[float, ...]
    cuts: tuple[Cut, ...] = ()


def axis(moments: Sequence[float]) -> Axis:
    """Place moments that are in order: each behind the one before it, at a distance by the time between."""
    gaps = [max(b - a, 0.0) for a, b in pairwise(moments)]
    if not gaps:
        return Axis(at=(0.0,) * len(moments))
    most = _longest_shown(gaps)
    shown = [min(gap, most) for gap in gaps]
    total = sum(shown)
    timed = total > NO_TIME
    step = (STEP_SHARE if timed else 1.0) / len(gaps)
    scale = (1 - STEP_SHARE) / total if timed else 0.0
    places, cuts = [0.0], []
    for gap, drawn in zip(gaps, shown, strict=True):
        width = step + drawn * scale
        if gap > drawn:
            cuts.append(Cut(min(places[-1] + width / 2, 1.0), gap))
        places.append(min(places[-1] + width, 1.0))
    return Axis(at=tuple(places), cuts=tuple(cuts))


def _longest_shown(gaps: Sequence[float]) -> float:
    """The longest gap that is drawn as long as it was; all of them where none stands out."""
    longest = sorted(gaps, reverse=True)
    for cut in range(1, len(longest)):
        rest = longest[cut:]
        if rest[0] <= NO_TIME:
            break  # what takes no time needs none of the room
        usual = max(_root_mean_square(rest), LEAST_SECONDS)
        if longest[cut - 1] >= LONG * usual:
            return max(sum(rest) * min(0.25, 0.5 / cut), rest[0])
    return longest[0]


def _root_mean_square(values: Sequence[float]) -> float:
    """A mean in which what is long weighs more: many tiny gaps do not make a usual call a long one."""
    return sqrt(sum(value * value for value in values) / len(values))
