"""The verdict: may this agent go to production, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """What a policy makes of the evidence."""

    PASS = "pass"
    FAIL = "fail"
    NOT_OBSERVED = "not_observed"
    """Too little evidence, or too old: neither good nor bad."""

    @property
    def exit_code(self) -> int:
        """0, 1 or 3, for a release pipeline."""
        return {Decision.PASS: 0, Decision.FAIL: 1, Decision.NOT_OBSERVED: 3}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One claim of the policy, and what the evidence says of it."""

    agent: str
    decision: Decision
    text: str
    """A sentence with its numbers and interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A decision and what it rests on."""

    decision: Decision
    reasons: tuple[Reason, ...] = ()

    def of(self, agent: str) -> Decision:
        """The decision about one agent alone: the worst of its reasons; not observed where there is none."""
        own = [reason.decision for reason in self.reasons if reason.agent == agent]
        for decision in (Decision.FAIL, Decision.NOT_OBSERVED, Decision.PASS):
            if decision in own:
                return decision
        return Decision.NOT_OBSERVED
