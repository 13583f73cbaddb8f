"""Decide from as few runs as possible whether a set of faults breaks the agent, when one run may deceive."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, log
from typing import NamedTuple

from agentprobe.errors import ConfigError


class Expected(NamedTuple):
    """What a test does at one true rate of failing."""

    fails: float
    """How likely it says that the set fails."""
    runs: float
    """How many runs it takes on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How far one verdict can be trusted, and how sure a decision must be.

    The test is Wald's (Sequential Tests of Statistical Hypotheses, Annals of Mathematical Statistics 16,
    1945, 117-186). Each failed run adds ln(p1 / p0) to a sum, each passed one ln((1 - p1) / (1 - p0)); at
    ln((1 - beta) / alpha) the set fails, at ln(beta / (1 - alpha)) it holds. His approximation of the runs
    it takes, with L the probability that the set is said to hold, is

        E(n) = (L ln(beta / (1 - alpha)) + (1 - L) ln((1 - beta) / alpha)) / (p ln(p1 / p0) + q ln(q1 / q0))

    It neglects by how much the sum overshoots. `expected` counts exactly, over all courses that a test can
    take up to its cap. With alpha = beta = 0.05 and p1 = 0.8:

        p0     true rate   Wald E(n)   exact E(n)   said to fail
        0.2    0.8         3.19        4.85         0.9846
        0.2    0.2         3.19        4.85         0.0154
        0.03   0.8         1.15        1.41         0.9587
        0.03   0.03        1.85        2.06         0.0318
    """

    fails: float = 1.0
    """p1: how often a run fails, at least, when the set does break the agent."""
    passes: float = 0.0
    """p0: how often a run fails, at most, when it does not."""
    false_alarm: float = 0.02
    """alpha: how often a set may be said to fail that holds."""
    miss: float = 0.01
    """beta: how often a set may be said to hold that fails."""
    most_runs: int = 60
    """After so many runs the likelier side wins."""

    def __post_init__(self) -> None:
        if not 0 <= self.passes < self.fails <= 1:
            raise ConfigError(f"rates of failing must be 0 <= passes < fails <= 1, not {self}")
        if not (0 < self.false_alarm < 0.5 and 0 < self.miss < 0.5):
            raise ConfigError(f"false_alarm and miss must lie between 0 and 0.5, not {self}")
        if self.most_runs < 1:
            raise ConfigError(f"most_runs must be at least 1, not {self.most_runs}")

    @property
    def certain(self) -> bool:
        """Does one run decide?"""
        return self.verdict(1, 1) is True and self.verdict(1, 0) is False

    def verdict(self, runs: int, failed: int) -> bool | None:
        """Does the set fail, after so many runs and failures among them? None: go on."""
        weight = self._weight(runs, failed)
        upper, lower = log((1 - self.miss) / self.false_alarm), log(self.miss / (1 - self.false_alarm))
        if weight >= upper:
            return True
        if weight <= lower:
            return False
        return weight >= (upper + lower) / 2 if runs >= self.most_runs else None

    def _weight(self, runs: int, failed: int) -> float:
        """The logarithm of how much likelier these runs are if the set fails than if it holds."""
        up = _times(failed, self.fails, self.passes)
        down = _times(runs - failed, 1 - self.fails, 1 - self.passes)
        if up == inf and down == -inf:  # it did what it cannot, either way: let the majority speak
            return float(2 * failed - runs)
        return up + down

    def expected(self, rate: float) -> Expected:
        """What the test does when a run truly fails at this rate, counted exactly."""
        fails = average = 0.0
        courses = {0: 1.0}
        for runs in range(1, self.most_runs + 1):
            average += sum(courses.values())
            onward: dict[int, float] = {}
            for failed, share in courses.items():
                for more, likely in ((1, rate), (0, 1 - rate)):
                    verdict = self.verdict(runs, failed + more)
                    if verdict is None:
                        onward[failed + more] = onward.get(failed + more, 0.0) + share * likely
                    elif verdict:
                        fails += share * likely
            courses = onward
        return Expected(fails, average)

    def wald(self, rate: float) -> float:
        """Wald's approximation of the runs it takes at one of the two rates that it tells apart."""
        upper, lower = log((1 - self.miss) / self.false_alarm), log(self.miss / (1 - self.false_alarm))
        holds = self.miss if rate >= self.fails else 1 - self.false_alarm
        step = rate * log(self.fails / self.passes) + (1 - rate) * log((1 - self.fails) / (1 - self.passes))
        return (holds * lower + (1 - holds) * upper) / step


CERTAIN = Noise()
"""One run decides: the agent and its world do the same each time."""


@dataclass(slots=True)
class Trial:
    """One set on trial: the runs so far, and what they prove."""

    noise: Noise = CERTAIN
    runs: int = 0
    failed: int = 0
    verdict: bool | None = field(default=None, init=False)
    """Does the set fail? None while undecided; once decided it stays."""

    @classmethod
    def after(cls, noise: Noise, runs: int, failed: int) -> Trial:
        """Go on from earlier runs; they alone prove a failure only where one run would.

        What failed by chance was looked at for that reason, and so counts for less than it seems.
        """
        trial = cls(noise, runs, failed)
        verdict = noise.verdict(runs, failed) if runs else None
        trial.verdict = verdict if noise.certain or not verdict else None
        return trial

    def ran(self, *, failed: bool) -> None:
        """Count one more run; what comes after the decision changes nothing."""
        if self.verdict is None:
            self.runs += 1
            self.failed += failed
            self.verdict = self.noise.verdict(self.runs, self.failed)

    @property
    def least(self) -> int:
        """How many more runs it takes at least, whatever they say: so many may go side by side."""
        if self.verdict is not None:
            return 0
        ahead = range(1, self.noise.most_runs - self.runs + 1)
        return next((more for more in ahead if self._decided(more)), 1)

    def _decided(self, more: int) -> bool:
        runs = self.runs + more
        ends = (self.noise.verdict(runs, self.failed + more), self.noise.verdict(runs, self.failed))
        return any(end is not None for end in ends)


def _times(count: int, of: float, to: float) -> float:
    """So many times the logarithm of a ratio that may be nothing or without end."""
    if not count:
        return 0.0
    if of == 0:
        return -inf
    return inf if to == 0 else count * log(of / to)
