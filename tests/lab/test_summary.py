"""Findings say what the evidence says: no run is lost, and every failure can be seen again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agentprobe.domain.evidence import Evidence, Mode, Regime, Run, Status
from agentprobe.domain.verdict import Decision, Verdict
from agentprobe.lab.book import Book
from agentprobe.lab.findings import Findings
from agentprobe.lab.grid import Plan
from agentprobe.lab.settings import AgentSettings, Experiment, FaultSettings, ModelChoice, WorldSettings
from agentprobe.lab.summary import REMEDIES, Bar, summarise

EXPERIMENT = Experiment(
    project="desk",
    folder=Path("nowhere"),
    agents={"zoe": AgentSettings(call="agent:run"), "abe": AgentSettings(call="agent:run")},
    model=ModelChoice(policy="policy:Desk"),
    world=WorldSettings(build="world:build", rows=(10, 1000)),
    faults=FaultSettings(schedules=("tool_error@tool", "hang@model")),
)


def item(
    agent: str,
    task: int,
    rows: int,
    status: Status = Status.PASSED,
    mode: Mode | None = None,
    schedule: str = "",
    calls: int = 2,
) -> Evidence:
    key = f"{agent}-{task}-{rows}-{schedule}-key"
    regime = Regime(rows=rows, schedule=schedule)
    run = Run(agent=agent, task=f"t{task}", regime=regime, repetition=0, seed=0, key=key)
    return Evidence(
        run=run, status=status, mode=mode, model_calls=calls, input_tokens=5, observed="2026-01-01"
    )


def told(home: Path, evidence: list[Evidence]) -> Findings:
    plan = Plan(id="plan", runs=tuple(one.run for one in evidence), digests={})
    verdict = Verdict(decision=Decision.FAIL)
    with Book.at(home, plan) as book:
        for one in evidence:
            book.add(one)
        return summarise(EXPERIMENT, book, verdict, Bar(required=0.5, confidence=0.95))


EVIDENCE = [
    *(item("zoe", task, 10) for task in range(20)),
    *(item("zoe", task, 1000, Status.FAILED, Mode.GUESSED, calls=9 - task % 3) for task in range(20)),
    *(item("abe", task, 10) for task in range(20)),
    *(item("abe", task, 1000) for task in range(20)),
    *(item("abe", task, 1000, Status.FAILED, Mode.TIMED_OUT, "hang@model") for task in range(3)),
    *(item("abe", task, 1000, Status.INCONCLUSIVE, None, "tool_error@tool") for task in range(3)),
    *(item("abe", task, 10, schedule="hang@model") for task in range(3)),
    item("abe", 30, 10, Status.ERROR),
]


def test_curves_show_where_an_agent_holds_and_where_it_breaks(tmp_path: Path) -> None:
    found = told(tmp_path, EVIDENCE)
    assert found.agents == ("zoe", "abe")
    zoe, abe = found.curves
    assert [(point.rows, point.rate.passed, point.rate.runs) for point in zoe.points] == [
        (10, 20, 20),
        (1000, 0, 20),
    ]
    assert (zoe.proven_to, zoe.broken_from) == (10, 1000)
    assert (abe.proven_to, abe.broken_from) == (1000, None)
    assert abe.points[0].rate.errors == 1
    assert abe.points[0].rate.runs == 21


def test_every_run_is_counted_once(tmp_path: Path) -> None:
    found = told(tmp_path, EVIDENCE)
    assert found.runs == found.planned == len(EVIDENCE)
    assert found.passed + found.failed + found.inconclusive + found.errors == found.runs
    assert found.model_calls == sum(one.model_calls for one in EVIDENCE)
    assert found.input_tokens == 5 * len(EVIDENCE)


def test_the_matrix_follows_the_settings_and_keeps_inconclusive_runs_apart(tmp_path: Path) -> None:
    matrix = told(tmp_path, EVIDENCE).matrix
    whole = [cell for cell in matrix if cell.rows is None]
    assert [(cell.schedule, cell.agent) for cell in whole] == [
        ("tool_error@tool", "abe"),
        ("hang@model", "abe"),
    ]
    assert (whole[0].rate.runs, whole[0].rate.inconclusive) == (0, 3)
    assert (whole[1].rate.passed, whole[1].rate.runs) == (3, 6)
    assert whole[1].modes == ((Mode.TIMED_OUT, 3),)
    by_rows = {(cell.schedule, cell.rows): cell.rate.passed for cell in matrix if cell.rows is not None}
    assert by_rows == {("hang@model", 10): 3, ("hang@model", 1000): 0}


def test_each_failure_mode_has_its_plainest_example_and_the_command_to_see_it(tmp_path: Path) -> None:
    guessed, timed_out = told(tmp_path, EVIDENCE).modes
    assert (guessed.mode, guessed.count, guessed.agents, guessed.rows) == (
        Mode.GUESSED,
        20,
        ("zoe",),
        (1000,),
    )
    assert guessed.example.model_calls == 7
    assert guessed.reproduce == f"agentprobe run --only {guessed.example.run.key[:12]}"
    assert timed_out.schedules == ("hang@model",)


def test_every_failure_mode_has_a_remedy() -> None:
    assert set(REMEDIES) == set(Mode)


def test_nothing_run_is_said_as_nothing(tmp_path: Path) -> None:
    found = told(tmp_path, [])
    assert (found.runs, found.curves, found.matrix, found.modes) == (0, (), (), ())


def test_every_cause_of_errors_is_counted_and_can_be_seen_again(tmp_path: Path) -> None:
    broken = [replace(item("abe", task, 10, Status.ERROR), reason="no such column") for task in range(2)]
    other = replace(item("zoe", 70, 10, Status.ERROR), reason="status 401")
    found = told(tmp_path, [*EVIDENCE[:20], other, *broken])
    assert [(one.reason, one.count) for one in found.troubles] == [("no such column", 2), ("status 401", 1)]
    assert found.troubles[1].reproduce == "agentprobe run --only zoe-70-10--k"
    assert found.errors == 3


def test_an_agent_of_which_no_model_call_was_seen_is_named(tmp_path: Path) -> None:
    found = told(tmp_path, [*EVIDENCE[:20], *(item("abe", task, 10, calls=0) for task in range(3))])
    assert found.silent == ("abe",)
