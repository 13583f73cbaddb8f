"""Evidence: what one run of an agent in one regime came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a run counts."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    """A fault that should have struck did not: no pass, no failure."""
    ERROR = "error"
    """The house or the provider failed, not the agent; counted apart, and as a failure by the gate."""


class Mode(StrEnum):
    """In what way a run failed; the first that fits, from the most to the least harmful."""

    DUPLICATED_EFFECT = "duplicated_effect"
    WRONG_EFFECT = "wrong_effect"
    CLAIMED_WITHOUT_EFFECT = "claimed_without_effect"
    GUESSED = "guessed"
    ERROR_AS_ANSWER = "error_as_answer"
    EMPTY_ANSWER = "empty_answer"
    TRUNCATED_ANSWER = "truncated_answer"
    LOOPED = "looped"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    ASKED_NEEDLESSLY = "asked_needlessly"
    MISSED_EFFECT = "missed_effect"
    WRONG_ANSWER = "wrong_answer"
    GAVE_UP = "gave_up"
    """It said openly that it could not do it: a failure, and the one that does no harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """Where an agent was observed."""

    rows: int | None = None
    """The world's density; None where there is no world."""
    schedule: str = ""
    """The faults that were to strike, in the schedule's own words; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Which run this is: everything that decides how it goes, and nothing else."""

    agent: str
    task: str
    regime: Regime
    repetition: int
    seed: int
    key: str
    """The digest of all that decides the run, agent, task and world included: the same key, the same run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What came of a run."""

    run: Run
    status: Status
    mode: Mode | None = None
    reason: str = ""
    """In one sentence, what was wrong."""
    answer: str = ""
    receipts: tuple[str, ...] = ()
    """The faults that struck, as `name@call`."""
    effects: tuple[tuple[str, int], ...] = ()
    """Each intent that was carried out, and how often."""
    model_calls: int = 0
    """HTTP attempts included."""
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    """How long the run took on its own clock, virtual where it was simulated."""
    trace: str = ""
    """The trace's file, from the evidence's folder."""
    observed: str = ""
    """When, as an ISO date and time."""
    world_until: str = ""
    """When its world is stale, as an ISO date and time; later it no longer counts. Empty for never."""
