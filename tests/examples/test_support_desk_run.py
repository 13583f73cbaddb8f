"""`agentprobe run` on the example, as a user calls it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples" / "support_desk"


def test_the_gate_lets_the_careful_agent_out_and_keeps_the_careless_one_in(tmp_path: Path) -> None:
    project = tmp_path / "support_desk"
    shutil.copytree(FOLDER, project, ignore=shutil.ignore_patterns("__pycache__", ".agentprobe"))
    words = (
        "run --no-faults --repetitions 1 --rows 10 --rows 1000 --agent careless --agent careful --json out"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", *words.split()],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 1, ended.stderr
    curves = {curve["agent"]: curve for curve in json.loads((project / "out").read_text())["curves"]}
    assert [curves["careless"]["proven_to"], curves["careless"]["broken_from"]] == [10, 1000]
    assert [curves["careful"]["proven_to"], curves["careful"]["broken_from"]] == [1000, None]
    assert "PASS         careful" in ended.stdout
