"""A set of findings with everything in it that a report can meet, hostile text included."""

from __future__ import annotations

import pytest

from agentprobe.domain.evidence import Evidence, Mode, Regime, Run, Status
from agentprobe.domain.verdict import Decision, Reason, Verdict
from agentprobe.lab.findings import Cell, Curve, FailureMode, Findings, Point, Rate

AGENTS = ("careless", "careful", "careless-langgraph", "careful-langgraph")
SCHEDULES = ("rate_limited@model:2", "cut_stream@model:2", "cut_arguments@model:1", "tool_error@tool:1")
HOSTILE = "<script>alert('x')</script> \x1b[31m"


def rate(passed: int, runs: int = 40, inconclusive: int = 0) -> Rate:
    share = passed / runs if runs else 0.0
    spread = 0.14 * (1 if 0 < share < 1 else 0.6)
    return Rate(
        passed=passed,
        runs=runs,
        low=max(share - spread, 0),
        high=min(share + spread, 1),
        inconclusive=inconclusive,
    )


def curve(agent: str, *passed: int) -> Curve:
    rows = (10, 1_000, 100_000)
    points = tuple(Point(rows=n, rate=rate(p)) for n, p in zip(rows, passed, strict=True))
    good = passed[-1] > 30
    return Curve(
        agent=agent, points=points, proven_to=100_000 if good else 10, broken_from=None if good else 1_000
    )


def evidence(agent: str, schedule: str = "") -> Evidence:
    return Evidence(
        run=Run(
            agent=agent,
            task="refund-the-right-order",
            regime=Regime(rows=1_000, schedule=schedule),
            repetition=0,
            seed=1,
            key="a3f09c51d2aa",
        ),
        status=Status.FAILED,
        mode=Mode.WRONG_EFFECT,
        reason=f"refund_order was called for order 17, not 4 {HOSTILE}",
        answer=f"I have refunded your order. {HOSTILE}",
        trace="traces/a3f09c51d2aa.jsonl",
    )


@pytest.fixture(scope="session")
def found() -> Findings:
    """Findings with everything in them."""
    return sample()


def sample() -> Findings:
    cells = [
        Cell(
            agent=agent,
            schedule=schedule,
            rows=None,
            rate=rate((13 * n + 17 * m) % 31, 30, inconclusive=m),
            modes=((Mode.CRASHED, 3), (Mode.WRONG_ANSWER, 1)),
        )
        for n, agent in enumerate(AGENTS)
        for m, schedule in enumerate(SCHEDULES)
    ]
    reasons = [
        Reason(agent=agent, decision=decision, text="at 1,000 rows 12 of 40 runs passed (95 %: 18–46 %)")
        for agent, decision in zip(
            AGENTS, (Decision.FAIL, Decision.PASS, Decision.FAIL, Decision.NOT_OBSERVED), strict=True
        )
    ]
    return Findings(
        project="support desk & co",
        model="policy:SupportDesk",
        simulated=True,
        observed="2026-11-20T21:00:00Z",
        confidence=0.95,
        required=0.9,
        agents=AGENTS,
        curves=(
            curve("careless", 40, 17, 5),
            curve("careful", 40, 39, 38),
            curve("careless-langgraph", 40, 16, 6),
            curve("careful-langgraph", 40, 38, 38),
        ),
        matrix=tuple(cells),
        modes=(
            FailureMode(
                mode=Mode.WRONG_EFFECT,
                count=31,
                agents=("careless", "careless-langgraph"),
                rows=(1_000, 100_000),
                schedules=("", "cut_stream@model:2"),
                example=evidence("careless"),
                reproduce="agentprobe run --only a3f09c51d2aa",
                remedy="ask back when several records match",
            ),
        ),
        verdict=Verdict(decision=Decision.FAIL, reasons=tuple(reasons)),
        runs=640,
        planned=640,
        passed=400,
        failed=200,
        inconclusive=40,
        errors=0,
        model_calls=3_211,
        tool_calls=2_004,
        input_tokens=1_200_000,
        output_tokens=90_000,
        folder=".agentprobe/runs/3f9a",
    )
