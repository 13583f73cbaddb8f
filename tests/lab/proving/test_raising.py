"""A confirmed finding is as loud as its rule, whatever it had stood on before."""

from __future__ import annotations

from agentprobe.lab.proving.mark import Mark, State
from agentprobe.lab.proving.raising import raised
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.severity import Severity, Tier


def found(severity: Severity, tier: Tier) -> Finding:
    return Finding(
        rule="eval-model-output",
        code="RDY008",
        message="it runs what a model says",
        place=Place(path="a.py", line=3),
        severity=severity,
        tier=tier,
    )


def severity_of(finding: Finding, state: State) -> Severity:
    (one,), marks = raised((finding,), {finding: Mark(state=state, reason="seen")})
    assert marks[one].state is state
    return one.severity


def test_what_was_capped_rises_once_it_is_confirmed() -> None:
    assert severity_of(found(Severity.MEDIUM, Tier.HINT), State.CONFIRMED) is Severity.CRITICAL
    assert severity_of(found(Severity.HIGH, Tier.INFERRED), State.CONFIRMED) is Severity.CRITICAL


def test_what_is_not_confirmed_stays_as_it_was() -> None:
    assert severity_of(found(Severity.HIGH, Tier.INFERRED), State.NOT_CONFIRMED) is Severity.HIGH
    assert severity_of(found(Severity.HIGH, Tier.INFERRED), State.NOT_OBSERVED) is Severity.HIGH


def test_what_a_rule_itself_says_less_of_stays_so() -> None:
    assert severity_of(found(Severity.LOW, Tier.INFERRED), State.CONFIRMED) is Severity.LOW
