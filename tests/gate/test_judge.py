"""The gate opens on enough fresh evidence that is good enough, and says why when it stays shut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.domain.evidence import Evidence, Mode, Regime, Run, Status
from agentprobe.domain.verdict import Decision, Verdict
from agentprobe.gate import Policy, judge

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POLICY = Policy(pass_rate=0.9, rows=1_000)


def seen(
    task: int,
    status: Status = Status.PASSED,
    *,
    rows: int | None = 1_000,
    schedule: str = "",
    agent: str = "careful",
    age: float = 1,
    mode: Mode | None = None,
    repetition: int = 0,
) -> Evidence:
    run = Run(
        agent=agent,
        task=f"t{task}",
        regime=Regime(rows=rows, schedule=schedule),
        repetition=repetition,
        seed=0,
        key="k",
    )
    return Evidence(run=run, status=status, mode=mode, observed=(NOW - timedelta(days=age)).isoformat())


def texts(verdict: Verdict, decision: Decision) -> str:
    return "\n".join(reason.text for reason in verdict.reasons if reason.decision is decision)


def test_evidence_without_a_time_zone_is_taken_for_the_gates_own() -> None:
    bare = [replace(seen(task), observed="2026-02-28T00:00:00") for task in range(29)]
    assert judge(POLICY, bare, NOW).decision is Decision.PASS


def test_enough_tasks_that_pass_open_the_gate() -> None:
    verdict = judge(POLICY, [seen(task) for task in range(29)], NOW)
    assert verdict.decision is Decision.PASS
    assert "29 of 29 runs of 29 tasks" in texts(verdict, Decision.PASS)
    assert verdict.decision.exit_code == 0


def test_a_choice_of_tasks_can_close_the_gate_and_never_open_it() -> None:
    good = [seen(task) for task in range(40)]
    chosen = judge(POLICY, good, NOW, partial=True)
    assert chosen.decision is Decision.NOT_OBSERVED
    assert "only some of the tasks were chosen" in texts(chosen, Decision.NOT_OBSERVED)
    bad = [seen(task, Status.FAILED) for task in range(40)]
    assert judge(POLICY, bad, NOW, partial=True).decision is Decision.FAIL


def test_too_few_tasks_are_not_observed_and_the_missing_number_is_said() -> None:
    verdict = judge(POLICY, [seen(task) for task in range(28)], NOW)
    assert verdict.decision is Decision.NOT_OBSERVED
    assert verdict.decision.exit_code == 3
    assert "takes 29 tasks that all pass, and there are 28" in texts(verdict, Decision.NOT_OBSERVED)


def test_repeats_do_not_stand_in_for_tasks() -> None:
    evidence = [seen(task, repetition=number) for task in range(5) for number in range(50)]
    assert judge(POLICY, evidence, NOW).decision is Decision.NOT_OBSERVED


def test_a_rate_below_the_required_one_fails_with_its_interval() -> None:
    evidence = [seen(task, Status.FAILED if task < 10 else Status.PASSED) for task in range(40)]
    verdict = judge(POLICY, evidence, NOW)
    assert verdict.decision is Decision.FAIL
    assert "75.0% [" in texts(verdict, Decision.FAIL)
    assert "where 90% is required" in texts(verdict, Decision.FAIL)


def test_a_density_below_the_required_one_must_not_fall_short() -> None:
    evidence = [seen(task) for task in range(40)]
    evidence += [seen(task, Status.FAILED, rows=10) for task in range(3)]
    verdict = judge(POLICY, evidence, NOW)
    assert verdict.decision is Decision.FAIL
    assert "at 10 rows" in texts(verdict, Decision.FAIL)


def test_a_collapse_above_the_required_density_does_not_matter() -> None:
    evidence = [seen(task) for task in range(40)]
    evidence += [seen(task, Status.FAILED, rows=100_000) for task in range(40)]
    assert judge(POLICY, evidence, NOW).decision is Decision.PASS


def test_a_density_that_was_never_tried_is_not_observed() -> None:
    verdict = judge(POLICY, [seen(task, rows=10) for task in range(40)], NOW)
    assert verdict.decision is Decision.NOT_OBSERVED
    assert "no run at 1,000 rows; observed at 10" in texts(verdict, Decision.NOT_OBSERVED)


def test_stale_evidence_does_not_count() -> None:
    verdict = judge(POLICY, [seen(task, age=31) for task in range(40)], NOW)
    assert verdict.decision is Decision.NOT_OBSERVED
    assert "older than 30 days" in texts(verdict, Decision.NOT_OBSERVED)


def test_evidence_without_a_date_is_stale() -> None:
    undated = [Evidence(run=seen(task).run, status=Status.PASSED) for task in range(40)]
    assert judge(POLICY, undated, NOW).decision is Decision.NOT_OBSERVED


def test_no_evidence_at_all_is_not_observed() -> None:
    assert judge(POLICY, [], NOW).decision is Decision.NOT_OBSERVED


def test_an_agent_the_policy_names_must_have_been_seen() -> None:
    policy = Policy(pass_rate=0.9, rows=1_000, agents=("careful", "other"))
    verdict = judge(policy, [seen(task) for task in range(40)], NOW)
    assert verdict.of("careful") is Decision.PASS
    assert verdict.of("other") is Decision.NOT_OBSERVED
    assert verdict.decision is Decision.NOT_OBSERVED


def test_an_agent_the_policy_does_not_name_is_not_judged() -> None:
    policy = Policy(pass_rate=0.9, rows=1_000, agents=("careful",))
    evidence = [seen(task) for task in range(40)]
    evidence += [seen(task, Status.FAILED, agent="careless") for task in range(40)]
    assert judge(policy, evidence, NOW).decision is Decision.PASS


def test_an_error_of_the_house_counts_as_a_failure() -> None:
    evidence = [seen(task, Status.ERROR if task < 10 else Status.PASSED) for task in range(40)]
    assert judge(POLICY, evidence, NOW).decision is Decision.FAIL


def test_one_forbidden_failure_closes_the_gate_however_good_the_rate() -> None:
    evidence = [seen(task) for task in range(200)]
    evidence.append(seen(200, Status.FAILED, mode=Mode.DUPLICATED_EFFECT))
    verdict = judge(POLICY, evidence, NOW)
    assert verdict.decision is Decision.FAIL
    assert "duplicated effect in 1 of 201 runs" in texts(verdict, Decision.FAIL)


def test_faults_are_judged_only_when_the_policy_asks() -> None:
    evidence = [seen(task) for task in range(40)]
    evidence += [seen(task, Status.FAILED, schedule="hang@model") for task in range(40)]
    assert judge(POLICY, evidence, NOW).decision is Decision.PASS
    strict = Policy(pass_rate=0.9, rows=1_000, faults_pass_rate=0.8)
    verdict = judge(strict, evidence, NOW)
    assert verdict.decision is Decision.FAIL
    assert "under hang@model" in texts(verdict, Decision.FAIL)


def test_faults_that_were_asked_for_and_not_tried_are_not_observed() -> None:
    strict = Policy(pass_rate=0.9, rows=1_000, faults_pass_rate=0.8)
    verdict = judge(strict, [seen(task) for task in range(40)], NOW)
    assert verdict.decision is Decision.NOT_OBSERVED


def test_a_fault_that_never_struck_is_not_observed() -> None:
    strict = Policy(pass_rate=0.9, rows=1_000, faults_pass_rate=0.8)
    evidence = [seen(task) for task in range(40)]
    evidence += [seen(task, schedule="hang@model") for task in range(40)]
    assert judge(strict, evidence, NOW).decision is Decision.PASS
    evidence += [seen(task, Status.INCONCLUSIVE, schedule="cut_stream@model") for task in range(40)]
    verdict = judge(strict, evidence, NOW)
    assert verdict.decision is Decision.NOT_OBSERVED
    assert "under cut_stream@model the fault never struck" in texts(verdict, Decision.NOT_OBSERVED)


def test_certainty_is_never_proven() -> None:
    verdict = judge(Policy(pass_rate=1.0, rows=1_000), [seen(task) for task in range(400)], NOW)
    assert verdict.decision is Decision.NOT_OBSERVED
    assert "require less" in texts(verdict, Decision.NOT_OBSERVED)


def test_tasks_without_a_world_are_judged_as_such() -> None:
    verdict = judge(Policy(pass_rate=0.9), [seen(task, rows=None) for task in range(40)], NOW)
    assert verdict.decision is Decision.PASS
    assert "without a world" in texts(verdict, Decision.PASS)


STATUSES = st.sampled_from([Status.PASSED] * 6 + list(Status))
EVIDENCE = st.lists(
    st.builds(
        seen,
        st.integers(0, 60),
        STATUSES,
        rows=st.sampled_from([10, 1_000, 100_000]),
        schedule=st.sampled_from(["", "", "hang@model", "tool_error@tool"]),
    ),
    max_size=120,
)


@settings(max_examples=150, deadline=None)
@given(EVIDENCE, EVIDENCE, st.sampled_from([None, 0.3, 0.6]), st.sampled_from([0.3, 0.7, 0.9]))
def test_more_passing_evidence_never_turns_a_pass_into_anything_else(
    evidence: list[Evidence], more: list[Evidence], faults: float | None, required: float
) -> None:
    policy = Policy(pass_rate=required, rows=1_000, agents=("careful",), faults_pass_rate=faults)
    solid = [seen(task) for task in range(30)] + [seen(task, schedule="hang@model") for task in range(30)]
    evidence = [*solid, *evidence]
    passing = [item for item in more if item.status is Status.PASSED]
    if judge(policy, evidence, NOW).decision is Decision.PASS:
        assert judge(policy, [*evidence, *passing], NOW).decision is Decision.PASS


@pytest.mark.parametrize("age", [0.5, 29.9])
def test_fresh_evidence_counts_up_to_the_limit(age: float) -> None:
    assert judge(POLICY, [seen(task, age=age) for task in range(40)], NOW).decision is Decision.PASS
