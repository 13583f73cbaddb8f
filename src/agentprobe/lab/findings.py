"""What a set of runs has shown: curves, a fault matrix, failure modes and a verdict, ready to be reported."""

from __future__ import annotations

from dataclasses import dataclass

from agentprobe.domain.evidence import Evidence, Mode
from agentprobe.domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something went well: counts, and an interval at the stated confidence."""

    passed: int
    runs: int
    """Runs that count: passed, failed and errors; inconclusive ones stand apart."""
    low: float
    high: float
    inconclusive: int = 0
    errors: int = 0

    @property
    def value(self) -> float:
        """The share that passed; 0 where nothing was run."""
        return self.passed / self.runs if self.runs else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One agent at one density, without faults."""

    rows: int | None
    rate: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One agent along the density axis."""

    agent: str
    points: tuple[Point, ...]
    proven_to: int | None
    """Up to this many rows the required pass rate is proven; None where nowhere."""
    broken_from: int | None
    """From this many rows on it is proven not to be reached; None where nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One agent under one schedule of faults, at one density (None: at all that were tried)."""

    agent: str
    schedule: str
    rows: int | None
    rate: Rate
    modes: tuple[tuple[Mode, int], ...] = ()
    """How the failures of this cell failed, most often first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureMode:
    """One way in which agents failed."""

    mode: Mode
    count: int
    agents: tuple[str, ...]
    rows: tuple[int, ...]
    schedules: tuple[str, ...]
    """The schedules under which it was seen; empty text stands for none."""
    example: Evidence
    reproduce: str
    """The command that runs the example again."""
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One cause for which runs could not be judged, and which is not the agent's doing."""

    reason: str
    count: int
    reproduce: str
    """The command that runs one of them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a report says."""

    project: str
    model: str
    """Where the model's answers came from: a base URL, or the simulated model's policy."""
    simulated: bool
    observed: str
    """When the last run ended, as an ISO date and time."""
    confidence: float
    required: float
    """The pass rate that the policy asks for."""
    agents: tuple[str, ...]
    curves: tuple[Curve, ...]
    matrix: tuple[Cell, ...]
    modes: tuple[FailureMode, ...]
    verdict: Verdict
    runs: int
    planned: int
    passed: int
    failed: int
    inconclusive: int
    errors: int
    model_calls: int
    tool_calls: int
    input_tokens: int
    output_tokens: int
    folder: str
    """Where evidence and traces lie."""
    silent: tuple[str, ...] = ()
    """The agents of which no run made a model call that was seen."""
    troubles: tuple[Trouble, ...] = ()
    """What made runs end in error, the most frequent first."""
