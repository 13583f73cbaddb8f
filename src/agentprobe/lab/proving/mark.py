"""A mark: what a run under faults says of a finding that was read in the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from agentprobe.scan.finding import Finding


class State(StrEnum):
    """How a finding stands after its run."""

    CONFIRMED = "confirmed"
    """A run failed as the finding says."""
    NOT_CONFIRMED = "not confirmed"
    """The faults struck where they had to, and the agent did not fail in that way."""
    NOT_OBSERVED = "not observed"
    """No run says anything about it: no pass, no failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The state of one finding, what it rests on, and the command that shows it again."""

    state: State
    reason: str
    agent: str = ""
    task: str = ""
    strike: str = ""
    """The strike that confirmed it; of one that is not confirmed, the last that struck."""
    command: str = ""
    runs: int = 0
    """In how many runs a fault struck that could have confirmed it."""


Marks = Mapping[Finding, Mark]
"""What was found out, by finding."""
