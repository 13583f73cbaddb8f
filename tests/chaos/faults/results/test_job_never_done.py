"""job_never_done over answers of jobs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from agentprobe.chaos.faults.job_never_done import JobNeverDone

JOB = {
    "job_id": "j-1",
    "status": "completed",
    "progress": 100,
    "result": {"rows": 3},
    "finished_at": "2026-01-05",
}


def test_a_job_that_is_done_stays_open(give: Callable[..., Any]) -> None:
    open_still = {"job_id": "j-1", "status": "pending", "progress": 0, "result": None, "finished_at": None}
    assert give(JobNeverDone(), JOB) == open_still
    assert json.loads(give(JobNeverDone(), json.dumps(JOB))) == open_still


def test_it_says_so_in_the_tools_own_way(give: Callable[..., Any]) -> None:
    fault = JobNeverDone(says="in_progress")
    assert give(fault, {"id": 1, "state": "DONE", "ready": True}) == {
        "id": 1,
        "state": "IN_PROGRESS",
        "ready": False,
    }
    assert give(JobNeverDone(says="queued"), "Export 7 is completed.") == "Export 7 is queued."


@pytest.mark.parametrize(
    "result", [{"job_id": 1, "status": "pending"}, {"id": 1, "status": "paid"}, {"id": 1}, "Ann", 3, None]
)
def test_what_is_open_anyway_or_no_job_did_not_fire(keep: Callable[..., None], result: Any) -> None:
    keep(JobNeverDone(), result)
