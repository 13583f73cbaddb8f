"""Evidence that was observed in a world which is stale no longer counts, and the verdict says so."""

from __future__ import annotations

from datetime import UTC, datetime

from agentprobe.domain.evidence import Evidence, Regime, Run, Status
from agentprobe.domain.verdict import Decision
from agentprobe.gate import Policy, judge

NOW = datetime(2026, 6, 1, tzinfo=UTC)
POLICY = Policy(pass_rate=0.5, rows=10, max_age_days=300)


def seen(task: int, until: str, rows: int = 10) -> Evidence:
    run = Run(
        agent="a", task=f"t{task}", regime=Regime(rows=rows), repetition=0, seed=0, key=f"{rows}-{task}"
    )
    return Evidence(run=run, status=Status.PASSED, observed="2026-05-30T00:00:00+00:00", world_until=until)


def test_evidence_of_a_world_in_use_counts() -> None:
    verdict = judge(POLICY, [seen(n, "2026-07-01T00:00:00+00:00") for n in range(30)], NOW)
    assert verdict.decision is Decision.PASS


def test_evidence_of_a_stale_world_does_not_count() -> None:
    verdict = judge(POLICY, [seen(n, "2026-05-31T00:00:00+00:00") for n in range(30)], NOW)
    assert verdict.decision is Decision.NOT_OBSERVED
    assert "stale since 2026-05-31; derive it anew" in verdict.reasons[0].text


def test_what_is_left_beside_a_stale_world_is_judged() -> None:
    fresh = [seen(n, "") for n in range(30)]
    stale = [seen(n, "2026-05-31", rows=1000) for n in range(3)]
    verdict = judge(POLICY, [*fresh, *stale], NOW)
    assert verdict.decision is Decision.PASS
    assert any(
        "world of 1,000 rows is stale since 2026-05-31: 3 runs were not counted" in r.text
        for r in verdict.reasons
    )
