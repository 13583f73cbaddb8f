"""Shares of runs, with how sure they are."""

from __future__ import annotations

from math import sqrt

_Z = 1.959964
"""The normal quantile of an interval of 95 %."""


def wilson(shown: int, runs: int) -> tuple[float, float]:
    """The score interval of a rate (Wilson, 1927); nothing is known of no runs."""
    if not runs:
        return 0.0, 1.0
    share, spread = shown / runs, _Z * _Z / runs
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def rate_words(shown: int, runs: int, of: str) -> str:
    """ "2 of 5 of the runs (12–77 %)"; of one alone no interval is worth telling."""
    low, high = wilson(shown, runs)
    told = f" ({low * 100:.0f}–{high * 100:.0f} %)" if runs > 1 else ""
    return f"{shown} of {runs} {of}{told}"
