"""The shape of a density curve: the closest one that never rises."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression

from agentprobe.lab.curve import Levels
from agentprobe.lab.statistics import mean_rate


def falling(levels: Levels) -> dict[int, float]:
    """The closest curve that never rises with density: isotonic regression, weighted by tasks."""
    seen = {rows: levels[rows] for rows in sorted(levels) if any(tally.runs for tally in levels[rows])}
    if not seen:
        return {}
    rates = np.array([mean_rate(tallies) for tallies in seen.values()])
    weights = np.array([float(sum(tally.runs > 0 for tally in tallies)) for tallies in seen.values()])
    fitted = isotonic_regression(rates, weights=weights, increasing=False).x
    return dict(zip(seen, map(float, fitted), strict=True))
