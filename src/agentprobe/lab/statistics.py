"""What counts of passed runs say about an agent: intervals, and how sure one can be.

The unit is the task: its repeats resemble each other, so that a hundred runs of one task say less than one
run of each of a hundred tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, comb, log, sqrt
from types import ModuleType


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one task was run, and how often it passed."""

    passed: int
    runs: int

    @property
    def rate(self) -> float:
        """The share of its runs that passed."""
        return self.passed / self.runs


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a rate lies, at the confidence that was asked for."""

    low: float
    high: float


NOTHING_KNOWN = Interval(0.0, 1.0)


def _special() -> ModuleType:
    """The quantiles of scipy: half a second to load, which a command that counts nothing need not wait."""
    from scipy import special

    return special


def wilson(passed: float, n: float, confidence: float = 0.95) -> Interval:
    """The score interval of a rate (Wilson, 1927); `n` may be an effective number of runs.

    Centre (p + z²/2n) / (1 + z²/n), half width z/(1 + z²/n) · sqrt(p(1-p)/n + z²/4n²).
    """
    if n <= 0:
        return NOTHING_KNOWN
    z = float(_special().ndtri((1 + confidence) / 2))
    p, grown = passed / n, 1 + z * z / n
    centre = (p + z * z / (2 * n)) / grown
    half = z / grown * sqrt(max(p * (1 - p), 0) / n + z * z / (4 * n * n))
    low = 0.0 if passed <= 0 else max(centre - half, 0.0)
    high = 1.0 if passed >= n else min(centre + half, 1.0)
    return Interval(low, high)


def lower_bound(passed: float, n: float, confidence: float = 0.95) -> float:
    """The one-sided exact bound from below (Clopper and Pearson, 1934): Beta⁻¹(1-c; k, n-k+1)."""
    return float(_special().betaincinv(passed, n - passed + 1, 1 - confidence)) if passed > 0 else 0.0


def upper_bound(passed: float, n: float, confidence: float = 0.95) -> float:
    """The one-sided exact bound from above (Clopper and Pearson, 1934): Beta⁻¹(c; k+1, n-k)."""
    return float(_special().betaincinv(passed + 1, n - passed, confidence)) if passed < n else 1.0


def effective_runs(tallies: Sequence[Tally]) -> float:
    """How many independent runs the repeats of these tasks are worth (Korn and Graubard, 1998).

    With y the rates of T tasks and p their mean: p(1-p) / (var(y)/T), at most the number of runs, times
    (z/t)² for the T-1 degrees of freedom; T where every run came out alike.
    """
    tasks, runs = len(tallies), sum(tally.runs for tally in tallies)
    rates = [tally.rate for tally in tallies]
    p = sum(rates) / tasks
    if tasks == 1 or p in (0.0, 1.0):
        return float(tasks)
    variance = sum((rate - p) ** 2 for rate in rates) / (tasks - 1) / tasks
    worth = min(runs, p * (1 - p) / variance) if variance > 0 else float(runs)
    special = _special()
    shrink = float(special.ndtri(0.975) / special.stdtrit(tasks - 1, 0.975)) ** 2
    return max(worth * shrink, 1.0)


def interval(tallies: Iterable[Tally], confidence: float = 0.95) -> Interval:
    """The interval of the mean rate over tasks: Wilson's, on the runs that the repeats are worth."""
    counted = [tally for tally in tallies if tally.runs]
    if not counted:
        return NOTHING_KNOWN
    p = mean_rate(counted)
    repeated = any(tally.runs > 1 for tally in counted)
    n = effective_runs(counted) if repeated else float(len(counted))
    return wilson(p * n, n, confidence)


def mean_rate(tallies: Iterable[Tally]) -> float:
    """The mean of the tasks' rates; 0 where nothing was run."""
    rates = [tally.rate for tally in tallies if tally.runs]
    return sum(rates) / len(rates) if rates else 0.0


def surely_above(tallies: Iterable[Tally], confidence: float = 0.95) -> float:
    """What a gate may rely on: the exact lower bound with each task counted once, however often it ran.

    Repeats make a task's own rate exact and buy no certainty about tasks that were never tried. One more
    passed run never lowers this bound, which the effective number of runs would not promise.
    """
    counted = [tally for tally in tallies if tally.runs]
    return lower_bound(sum(tally.rate for tally in counted), len(counted), confidence)


def surely_below(tallies: Iterable[Tally], confidence: float = 0.95) -> float:
    """The exact upper bound with each task counted once; 1 where nothing was run."""
    counted = [tally for tally in tallies if tally.runs]
    return upper_bound(sum(tally.rate for tally in counted), len(counted), confidence) if counted else 1.0


def tasks_needed(rate: float, confidence: float = 0.95) -> int:
    """How many tasks must all pass before `rate` is proven: ln(1-c) / ln(rate)."""
    return ceil(log(1 - confidence) / log(rate)) if 0 < rate < 1 else 1


def pass_hat_k(tallies: Iterable[Tally], k: int) -> float | None:
    """How likely a task passes k times in a row, without bias: the mean of C(passed, k) / C(runs, k).

    None where a task was run fewer than k times, since no unbiased figure exists then.
    """
    counted = list(tallies)
    if not counted or any(tally.runs < k for tally in counted):
        return None
    return sum(comb(tally.passed, k) / comb(tally.runs, k) for tally in counted) / len(counted)
