"""The tiny project, and the real command in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TINY = Path(__file__).parents[1] / "projects" / "tiny"
Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny project."""
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns("__pycache__", ".agentprobe", "*.log"))
    return folder


@pytest.fixture
def start(tiny: Path) -> Started:
    """Starts `agentprobe` in the tiny project, as the leader of a group of processes of its own."""

    def started(*words: str, before: str = "") -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "agentprobe.cli", *words]
        if before:
            command = ["sh", "-c", f'{before}; exec "$@"', "sh", *command]
        return subprocess.Popen(
            command,
            cwd=tiny,
            env={**os.environ, "COLUMNS": "160", "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return started
