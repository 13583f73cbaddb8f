"""Much code reads its surroundings as soon as it is imported; every run must still be that run's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.domain.evidence import Status
from agentprobe.lab.run import run_plan
from agentprobe.lab.settings import (
    AgentSettings,
    Experiment,
    ModelChoice,
    RunSettings,
    TaskSettings,
    WorldSettings,
)

AGENT = """
import os
from pathlib import Path

KEY, BASE, WORLD = os.environ["OPENAI_API_KEY"], os.environ["OPENAI_BASE_URL"], Path(os.environ["TOWN"])


def run(prompt):
    return f"{KEY} {(WORLD / 'rows.txt').read_text()}"
"""
BUILDER = """
def build(folder, rows, seed):
    (folder / "rows.txt").write_text(f"{rows} rows")
"""


def test_an_agent_that_reads_key_and_world_at_import_sees_those_of_each_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "TOWN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "early_agent.py").write_text(AGENT)
    (tmp_path / "early_town.py").write_text(BUILDER)
    book = run_plan(early(tmp_path), workers=1)
    said = {item.run.regime.rows: item.answer for item in book.evidence}
    assert said == {2: "simulated 2 rows", 3: "simulated 3 rows"}
    assert {item.status for item in book.evidence} == {Status.PASSED}


def early(folder: Path) -> Experiment:
    """Two worlds, one task, one agent."""
    return Experiment(
        project="early",
        folder=folder,
        agents={"early": AgentSettings(call="early_agent:run")},
        model=ModelChoice(policy="echo"),
        world=WorldSettings(build="early_town:build", rows=(2, 3), env={"TOWN": "{world}"}),
        tasks=(TaskSettings(id="rows", prompt="How many?", contains=("rows",)),),
        run=RunSettings(repetitions=1),
    )
