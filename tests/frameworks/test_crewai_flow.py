"""A user's flow in CrewAI, which has a state and needs no model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentprobe.trace.body import unpacked
from agentprobe.trace.read import read_trace

PYTHON = Path(__file__).parents[2] / ".venvs" / "crewai" / "bin" / "python"
FLOW = """
from crewai.flow.flow import Flow, listen, start

class Desk(Flow):
    @start()
    def open(self):
        self.state["asked"] = "Oslo"

    @listen(open)
    def answer(self):
        self.state["told"] = "rain"

Desk().kickoff()
"""


@pytest.mark.heavy
def test_the_state_of_a_flow_is_kept_after_each_of_its_methods(tmp_path: Path) -> None:
    if not PYTHON.exists():
        pytest.skip("no environment here; make it with: make .venvs/crewai/ready")
    script, out = tmp_path / "desk.py", tmp_path / "trace.jsonl"
    script.write_text(FLOW)
    ours = [sys.executable, "-m", "agentprobe.cli", "trace", "--quiet-telemetry", "--out", str(out)]
    done = subprocess.run(
        [*ours, "--", str(PYTHON), str(script)],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    states = read_trace(out).states
    assert [(state.name, state.ref) for state in states] == [
        ("flow Desk", "open"),
        ("flow Desk", "answer"),
    ], done.stderr
    value = unpacked(states[-1].value)["state"]
    assert (value["asked"], value["told"]) == ("Oslo", "rain")
